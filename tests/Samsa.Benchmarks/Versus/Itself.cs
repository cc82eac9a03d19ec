using System.Diagnostics;

namespace Samsa.Benchmarks.Versus;

/// <summary>Starts processes: this program anew, or others.</summary>
static class Itself
{
    public static string Host => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    /// <summary>This program, with other arguments.</summary>
    public static Process Start(bool redirectInput, params string[] arguments) =>
        Start(Host, redirectInput, ["exec", Path.Combine(AppContext.BaseDirectory, "Samsa.Benchmarks.dll"), .. arguments]);

    public static Process Start(string program, bool redirectInput, params string[] arguments)
    {
        var info = new ProcessStartInfo(program) { RedirectStandardInput = redirectInput, RedirectStandardOutput = true };
        foreach (var argument in arguments) info.ArgumentList.Add(argument);
        return Process.Start(info) ?? throw new InvalidOperationException($"{program} does not start.");
    }

    /// <summary>Runs a program and gives what it printed.</summary>
    public static async Task<string> ReadAsync(string program, params string[] arguments)
    {
        using var process = Start(program, redirectInput: false, arguments);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with {process.ExitCode}.");
    }
}
