using System.Runtime.InteropServices;

namespace Samsa.Cli.Output;

/// <summary>Writes bytes where the tool's results go.</summary>
/// <exception cref="OutputClosedException">The reader has gone.</exception>
delegate void WriteBytes(ReadOnlySpan<byte> bytes);

/// <summary>Nobody reads standard output any more (<c>samsa consume t | head</c>): the end, not a failure.</summary>
sealed class OutputClosedException() : IOException("The reader of standard output has gone.");

/// <summary>Standard output, without the console's text layer.</summary>
static class StandardOutput
{
    const int Descriptor = 1;

    /// <remarks>
    /// The console's own stream passes over a broken pipe in silence, so a tool that follows a topic would never notice that `head` has gone. A
    /// FileStream over the descriptor writes at offsets of its own, which overwrites what others wrote to the same file. Hence write(2) where there is one.
    /// </remarks>
    public static WriteBytes Open()
    {
        if (!OperatingSystem.IsWindows()) return WriteAll;
        var console = Console.OpenStandardOutput();
        return console.Write;
    }

    static void WriteAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var written = Write(Descriptor, in MemoryMarshal.GetReference(bytes), bytes.Length);
            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }

            switch ((Errno)Marshal.GetLastPInvokeError())
            {
                case Errno.Interrupted:
                    continue;
                case Errno.TryAgainOnLinux or Errno.TryAgainOnMac:
                    // Somebody else made the pipe non-blocking; wait until it takes bytes again.
                    var wait = new PollDescriptor { Descriptor = Descriptor, Events = PollOut };
                    _ = Poll(ref wait, 1, -1);
                    continue;
                case Errno.BrokenPipe:
                    throw new OutputClosedException();
                default:
                    throw new IOException($"Standard output cannot be written: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
    }

    enum Errno
    {
        Interrupted = 4,
        TryAgainOnLinux = 11,
        BrokenPipe = 32,
        TryAgainOnMac = 35,
    }

    const short PollOut = 4;

    struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    static extern nint Write(int descriptor, in byte bytes, nint count);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    static extern int Poll(ref PollDescriptor descriptors, nuint count, int timeout);
}
