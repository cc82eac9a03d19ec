using Samsa.Protocol.Compression;

namespace Samsa.Benchmarks.Versus;

/// <summary>Which heats make a race.</summary>
static class Races
{
    const long Records = 3_000_000;
    const long JsonRecords = 500_000;

    public static IReadOnlyList<string> Names { get; } =
    [
        "produce", "produce-report", "produce-awaited", "consume", "latency", "memory", "idle", "partitions", "subscriptions", "codecs", "java", "tool",
    ];

    /// <summary>The heats of a race, each to be run by both clients.</summary>
    public static IEnumerable<Heat> Of(RaceOptions options)
    {
        var records = options.Records ?? Records;
        return options.Case switch
        {
            "consume" => [new("consume", "consume", "canned-p1", 2 * records)],
            "latency" => [new("latency", "latency", "relay-p1", options.Records ?? 150_000)],
            "memory" => [new("memory", "memory", "relay-p1-memory", options.Records ?? 1_000_000)],
            "idle" => [new("idle", "idle", "relay-p1-idle", 1)],
            "partitions" => [.. new[] { 1, 1000 }.SelectMany(count => Partitions(4 * records, count))],
            "subscriptions" =>
                [.. new[] { 1, 100 }.Select(count => new Heat($"consume {count} times", "consume", "canned-p1", 4 * records) { Subscriptions = count })],
            "codecs" => [.. Enum.GetValues<CompressionCodec>().SelectMany(codec => Codecs(options.Records ?? JsonRecords, codec))],
            "java" or "tool" => [],
            var does => [new(does, does, "sink-p1", records)],
        };
    }

    static IEnumerable<Heat> Partitions(long records, int count) =>
    [
        new($"consume, {count} partitions", "consume", $"canned-p{count}", records) { Partitions = count },
        new($"produce, {count} partitions", "produce", $"sink-p{count}", records) { Partitions = count },
    ];

    static IEnumerable<Heat> Codecs(long records, CompressionCodec codec)
    {
#pragma warning disable CA1308 // Names of topics are in lower case.
        var name = codec.ToString().ToLowerInvariant();
#pragma warning restore CA1308
        return
        [
            new($"consume, {name}", "consume", $"json-p1-{name}", records) { Codec = codec, IsJson = true },
            new($"produce, {name}", "produce", $"sink-p1-{name}", records) { Codec = codec, IsJson = true },
        ];
    }
}
