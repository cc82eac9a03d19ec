using System.Globalization;
using Samsa.Protocol.Compression;

namespace Samsa.Benchmarks.Versus;

/// <summary>What one process measures, once.</summary>
/// <param name="Case">The name in the table and in the JSON lines.</param>
/// <param name="Does">What is done: produce, produce-report, produce-awaited, consume, latency, memory, idle.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Records">How many records count.</param>
sealed record Heat(string Case, string Does, string Topic, long Records)
{
    /// <summary>How many records go before those that count: short runs measure the just-in-time compiler, and how buffers grow.</summary>
    public long Warming => Records;

    /// <summary>How many partitions the topic has.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Among how many subscriptions the records are shared.</summary>
    public int Subscriptions { get; init; } = 1;

    /// <summary>How batches are compressed.</summary>
    public CompressionCodec Codec { get; init; }

    /// <summary>Values of 1 KB that look like JSON, instead of 100 bytes of words.</summary>
    public bool IsJson { get; init; }

    /// <summary>The command line of the process.</summary>
    public string[] ToArguments(string client, string bootstrap) =>
    [
        "versus-run", client, bootstrap, Case, Does, Topic, Text(Records), Text(Partitions), Text(Subscriptions), Codec.ToString(), IsJson.ToString(),
    ];

    /// <summary>Reads what <see cref="ToArguments"/> wrote.</summary>
    public static (string Client, string Bootstrap, Heat Heat) Parse(string[] args) => (args[0], args[1], new(args[2], args[3], args[4], Number(args[5]))
    {
        Partitions = (int)Number(args[6]),
        Subscriptions = (int)Number(args[7]),
        Codec = Enum.Parse<CompressionCodec>(args[8]),
        IsJson = bool.Parse(args[9]),
    });

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
