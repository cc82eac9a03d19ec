using System.Text.Json;
using Samsa.Protocol.Compression;

namespace Samsa.Scenarios.Peers;

/// <summary>kcat, which is librdkafka: a client in C that shares nothing with ours.</summary>
static class Kcat
{
    /// <summary>All records of a partition, as kcat tells them.</summary>
    public static async Task<Told[]> ReadAsync(RunningBrokers brokers, string topic, int partition = 0)
    {
        var said = await RunAsync(brokers, null, "-C", "-t", topic, "-p", $"{partition}", "-o", "beginning", "-e", "-q", "-J");
        return [.. said.Lines.Select(Parse)];
    }

    /// <summary>Writes a line each: key, tab, value. An empty key or value is written as null.</summary>
    public static Task WriteAsync(RunningBrokers brokers, string topic, CompressionCodec codec, string lines, params string[] headers) =>
        RunAsync(brokers, lines, ["-P", "-t", topic, "-p", "0", "-K", "\t", "-Z", "-z", codec.ToString().ToLowerInvariant(), .. headers.SelectMany(header => new[] { "-H", header })]);

    public static async Task<Spoken> RunAsync(RunningBrokers brokers, string? input, params string[] arguments) =>
        (await TryAsync(brokers, input, arguments)).Expected();

    /// <summary>Runs it, also when it may fail because no broker is there to answer.</summary>
    public static Task<Spoken> TryAsync(RunningBrokers brokers, string? input, params string[] arguments) =>
        Command.RunAsync(Command.Find("kcat", "kcat"), ["-b", brokers.Bootstrap, .. Dialect(brokers.Kind), .. arguments], input);

    // librdkafka must be told about brokers that close the connection when they are asked for their versions.
    static string[] Dialect(BrokerKind kind) => kind.TellsItsVersions ? [] :
        ["-X", "api.version.request=false", "-X", $"broker.version.fallback={kind.Speaks.ToString(3)}"];

    static Told Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var record = json.RootElement;
        var headers = record.TryGetProperty("headers", out var all) ? all.EnumerateArray().Select(text => text.GetString()).Chunk(2) : [];
        return new(
            record.GetProperty("key").GetString(), record.GetProperty("payload").GetString(),
            string.Join(',', headers.Select(pair => $"{pair[0]}={pair[1]}")),
            record.TryGetProperty("ts", out var timestamp) && timestamp.GetInt64() >= 0 ? timestamp.GetInt64() : null);
    }
}
