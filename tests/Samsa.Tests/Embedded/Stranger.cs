using System.Diagnostics;
using Samsa.Tests.House;

namespace Samsa.Tests.Embedded;

/// <summary>Programs that nobody here wrote. A test that needs one that is not on the machine is skipped and says how to get it.</summary>
static class Stranger
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static string Kcat => Find("kcat", "apt-get install kcat");

    /// <summary>A Python that has kafka-python.</summary>
    public static async Task<string> PythonAsync()
    {
        var python = Find("/usr/bin/python3", "apt-get install python3 python3-kafka");
        var (_, _, exit) = await RunAsync(python, ["-c", "import kafka"]);
        if (exit != 0) Assert.Ignore("python3-kafka is not installed: apt-get install python3-kafka");
        return python;
    }

    /// <summary>Runs one of Java's own tools, see <c>shared/kafka</c> next to the repository.</summary>
    public static Task<(string Out, string Error, int Exit)> JavaToolAsync(string version, string tool, string[] arguments, string input = "")
    {
        Find("java", "apt-get install --no-install-recommends openjdk-17-jre-headless");
        var cluster = Path.Combine(Repository.Root.Parent!.FullName, "shared", "kafka", "cluster");
        if (!File.Exists(cluster)) Assert.Ignore("The published Kafkas are not there: a directory shared/kafka next to the repository.");
        return RunAsync(cluster, ["tool", version, tool, .. arguments], input);
    }

    public static async Task<(string Out, string Error, int Exit)> RunAsync(string program, string[] arguments, string input = "")
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var late = new CancellationTokenSource(Patience);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), late.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it had read everything; its exit code says more.
            }

            await process.WaitForExitAsync(late.Token);
            return (await output, await error, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    public static string Find(string program, string install)
    {
        var found = Path.IsPathRooted(program)
            ? File.Exists(program)
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));
        if (!found) Assert.Ignore($"{program} is not installed: {install}");
        return program;
    }
}
