using System.Runtime.InteropServices;

namespace Samsa.Protocol.Compression;

/// <summary>Finds native libraries by the names they have on Linux, macOS and Windows.</summary>
static class NativeFunctions
{
    /// <summary>Loads the library <paramref name="name"/> (as in <c>lib{name}.so.1</c>), or gives 0.</summary>
    public static nint Load(string name)
    {
        foreach (var file in FileNames(name))
        {
            if (NativeLibrary.TryLoad(file, out var library)) return library;
        }

        return 0;
    }

    static string[] FileNames(string name) =>
        OperatingSystem.IsWindows() ? [$"lib{name}.dll", $"{name}.dll"]
        : OperatingSystem.IsMacOS() ?
        [
            $"lib{name}.1.dylib", $"lib{name}.dylib",
            // Homebrew's directories, on Apple silicon and on Intel, are not searched by default.
            $"/opt/homebrew/lib/lib{name}.1.dylib", $"/usr/local/lib/lib{name}.1.dylib",
        ]
        : [$"lib{name}.so.1", $"lib{name}.so"];
}
