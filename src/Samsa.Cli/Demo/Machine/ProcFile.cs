using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Samsa.Cli.Demo.Machine;

/// <summary>A file of /proc that stays open and is read from its start again and again.</summary>
sealed class ProcFile : IDisposable
{
    readonly SafeFileHandle handle;
    readonly byte[] buffer = new byte[16 * 1024];

    ProcFile(SafeFileHandle handle) => this.handle = handle;

    /// <summary>The file, or null where there is none.</summary>
    public static ProcFile? Open(string path)
    {
        try
        {
            return OperatingSystem.IsLinux() ? new(File.OpenHandle(path)) : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Its first 16 KiB: more than what is read here needs.</summary>
    public string Read()
    {
        var length = 0;
        while (length < buffer.Length && RandomAccess.Read(handle, buffer.AsSpan(length), length) is > 0 and var read) length += read;
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    public void Dispose() => handle.Dispose();
}
