using System.Diagnostics;
using System.Text.Json;

namespace Samsa.Benchmarks.Versus;

/// <summary>The broker of a race, in a process of its own.</summary>
sealed class Brokers : IAsyncDisposable
{
    const string RealVersion = "4.3.1";

    Process? process;
    string? directory;

    public required string Bootstrap { get; init; }

    /// <summary>What it is, for the table.</summary>
    public required string Kind { get; init; }

    public bool IsNull { get; private init; }

    /// <summary>The script that runs Kafka's own tools, when it is there.</summary>
    public static string? Script { get; } = FindScript();

    public static async Task<Brokers> StartAsync(RaceOptions options)
    {
        if (options.Bootstrap is { } given) return new() { Bootstrap = given, Kind = given };
        return options.IsNull ? await StartNullAsync() : await StartRealAsync();
    }

    static async Task<Brokers> StartNullAsync()
    {
        var process = Itself.Start(redirectInput: true, "null-broker");
        var bootstrap = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The null broker did not start.");
        return new() { Bootstrap = bootstrap, Kind = "null broker", IsNull = true, process = process };
    }

    static async Task<Brokers> StartRealAsync()
    {
        var script = Script ?? throw new FileNotFoundException("There is no ../shared/kafka/cluster to start a broker with: give --bootstrap HOST:PORT or --null.");
        string[] arguments =
        [
            "start", RealVersion, "--owner", $"{Environment.ProcessId}", "--heap", "1g",
            "--set", "auto.create.topics.enable=false", "--set", "log.segment.bytes=1073741824", "--set", "log.retention.ms=-1",
        ];
        using var told = JsonDocument.Parse(await Itself.ReadAsync(script, arguments));
        return new()
        {
            Bootstrap = told.RootElement.GetProperty("bootstrap").GetString()!,
            Kind = $"Kafka {RealVersion}",
            directory = told.RootElement.GetProperty("dir").GetString(),
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (directory is not null) await Itself.ReadAsync(Script!, "stop", directory);
        if (process is null) return;
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    static string? FindScript()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared", "kafka", "cluster") is var script && File.Exists(script))
                return script;
        return null;
    }
}
