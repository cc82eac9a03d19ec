using System.Diagnostics;

namespace Samsa.Scenarios.Peers;

/// <summary>What a program that has ended said.</summary>
sealed record Spoken(string Command, int ExitCode, string Out, string Error)
{
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The output of a program that must succeed; otherwise the test fails with all the program said.</summary>
    public Spoken Expected()
    {
        if (ExitCode != 0) Assert.Fail($"{Command}\nended with {ExitCode}.\n{Out}\n{Error}");
        return this;
    }
}

/// <summary>Runs programs that nobody here wrote, with a limit on their time.</summary>
static class Command
{
    static readonly UTF8Encoding Text = new(encoderShouldEmitUTF8Identifier: false);

    public static async Task<Spoken> RunAsync(string program, IEnumerable<string> arguments, string? input = null, TimeSpan? within = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardInputEncoding = Text, StandardOutputEncoding = Text, StandardErrorEncoding = Text,
        };
        var said = $"{Path.GetFileName(program)} {string.Join(' ', start.ArgumentList)}";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await WriteAsync(process, input);

        using var patience = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return new Spoken(said, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new AssertionException($"{said}\nwas still running after {within ?? TimeSpan.FromSeconds(60)}.\n{await output}\n{await error}");
        }
    }

    /// <summary>The full path of a program, or the test is skipped with what to install.</summary>
    public static string Find(string program, string debianPackage)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        if (found is null) Assert.Ignore($"{program} is not installed: apt-get install -y --no-install-recommends {debianPackage}");
        return found!;
    }

    // A program that ends before it has read everything tells why in its own words.
    static async Task WriteAsync(Process process, string? input)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
        }
    }
}
