using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Samsa.Tests.Cli;

/// <summary>What a run of the tool left behind.</summary>
public sealed record Finished(int Code, byte[] Bytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(Bytes);

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The built tool, run as a process as a shell would run it. Every wait has an end.</summary>
sealed class SamsaProcess : IAsyncDisposable
{
    public const int Sigint = 2, Sigterm = 15;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Process process;
    readonly Lock gate = new();
    readonly MemoryStream output = new();
    readonly Task<string> error;
    readonly Task reading;
    int taken;

    SamsaProcess(string[] words, string? bootstrap, bool inBackground = false)
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) is "dotnet" ? path : "dotnet";
        string[] command = [host, "exec", Path.Combine(TestContext.CurrentContext.TestDirectory, "samsa.dll"), .. words];
        // As a shell script starts what it sends to the background.
        if (inBackground) command = ["/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh", .. command];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var word in command[1..]) start.ArgumentList.Add(word);
        start.Environment.Remove("SAMSA_BOOTSTRAP");
        if (bootstrap is not null) start.Environment["SAMSA_BOOTSTRAP"] = bootstrap;
        process = Process.Start(start)!;
        error = process.StandardError.ReadToEndAsync();
        reading = Task.Run(ReadAsync);
    }

    public Stream Input => process.StandardInput.BaseStream;

    public int Id => process.Id;

    /// <summary>Starts the tool; <paramref name="bootstrap"/> goes into its environment.</summary>
    public static SamsaProcess Start(string? bootstrap, params string[] words) => new(words, bootstrap);

    /// <summary>Starts it as <c>samsa … &amp;</c> in a shell script does: with Ctrl-C ignored.</summary>
    public static SamsaProcess StartInBackground(params string[] words) => new(words, null, inBackground: true);

    /// <summary>Runs the tool to its end.</summary>
    public static async Task<Finished> RunAsync(string? bootstrap, byte[]? input, params string[] words)
    {
        await using var samsa = Start(bootstrap, words);
        try
        {
            if (input is not null) await samsa.Input.WriteAsync(input);
            samsa.Input.Close();
        }
        catch (IOException)
        {
            // It ended without reading to the end, which its exit code tells.
        }

        return await samsa.FinishAsync();
    }

    public static Task<Finished> RunAsync(string? bootstrap, string input, params string[] words) => RunAsync(bootstrap, Encoding.UTF8.GetBytes(input), words);

    public async Task WriteAsync(string text)
    {
        await Input.WriteAsync(Encoding.UTF8.GetBytes(text));
        await Input.FlushAsync();
    }

    /// <summary>The next line of standard output, as soon as it is there.</summary>
    public async Task<string> LineAsync()
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(5))
            lock (gate)
            {
                var rest = output.GetBuffer().AsSpan(taken, (int)output.Length - taken);
                if (rest.IndexOf((byte)'\n') is >= 0 and var end)
                {
                    taken += end + 1;
                    return Encoding.UTF8.GetString(rest[..end]);
                }
            }

        throw new TimeoutException($"samsa printed no line within {Patience}; so far: {Encoding.UTF8.GetString(output.ToArray())}");
    }

    /// <summary>Stops reading what it prints, as <c>head</c> does when it has enough.</summary>
    public void CloseOutput() => process.StandardOutput.Close();

    public void Signal(int signal) => Assert.That(SendSignal(process.Id, signal), Is.Zero, "the process was there to be signalled");

    public void Kill() => process.Kill();

    /// <summary>Waits for its end.</summary>
    public async Task<Finished> FinishAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Patience);
        await reading.WaitAsync(Patience);
        return new(process.ExitCode, output.ToArray(), await error.WaitAsync(Patience));
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync().WaitAsync(Patience);
        process.Dispose();
        await output.DisposeAsync();
    }

    async Task ReadAsync()
    {
        var piece = new byte[64 * 1024];
        try
        {
            while (await process.StandardOutput.BaseStream.ReadAsync(piece) is > 0 and var read)
                lock (gate) output.Write(piece, 0, read);
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // CloseOutput.
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    static extern int SendSignal(int process, int signal);
}
