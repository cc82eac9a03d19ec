using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Samsa.Scenarios.Peers;

/// <summary>A program that runs beside the test, and whose lines are told as they come.</summary>
sealed class Piped : IAsyncDisposable
{
    // Lines of its standard error that are kept.
    const int Most = 100;

    static readonly UTF8Encoding Text = new(encoderShouldEmitUTF8Identifier: false);

    readonly Process process;
    readonly Task reading, listening;
    readonly Queue<string> errors = new();

    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its words.</param>
    /// <param name="tell">Is called for each line of its standard output, one after the other.</param>
    /// <param name="aside">The same for its standard error.</param>
    public Piped(string program, IEnumerable<string> arguments, Action<string> tell, Action<string>? aside = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardInputEncoding = Text, StandardOutputEncoding = Text, StandardErrorEncoding = Text,
        };
        Said = $"{Path.GetFileName(program)} {string.Join(' ', start.ArgumentList)}";
        process = Process.Start(start)!;
        reading = Task.Run(() => ReadAsync(process.StandardOutput, tell));
        listening = Task.Run(() => ReadAsync(process.StandardError, line =>
        {
            aside?.Invoke(line);
            errors.Enqueue(line);
            if (errors.Count > Most) errors.Dequeue();
        }));
    }

    /// <summary>How it was called.</summary>
    public string Said { get; }

    public StreamWriter Input => process.StandardInput;

    /// <summary>Waits until it has ended and all its lines are told.</summary>
    public async Task<Spoken> EndAsync(double seconds)
    {
        await process.WaitForExitAsync().Within(seconds, $"the end of {Said}");
        await Task.WhenAll(reading, listening);
        return new(Said, process.ExitCode, "", string.Join('\n', errors));
    }

    /// <summary>Asks it to end, as a shell or a service manager does.</summary>
    public Task TerminateAsync() => Command.RunAsync("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception)
        {
            // It ended by itself meanwhile.
        }

        await Task.WhenAll(reading, listening);
        process.Dispose();
    }

    static async Task ReadAsync(StreamReader from, Action<string> tell)
    {
        while (await from.ReadLineAsync() is { } line) tell(line);
    }
}
