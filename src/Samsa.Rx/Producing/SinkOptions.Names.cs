using Samsa.Protocol.Compression;

namespace Samsa.Rx;

/// <content>Settings by the names that Kafka's own clients and librdkafka give them.</content>
public sealed partial record SinkOptions
{
    static readonly Dictionary<string, Acks> AcksWords = new() { ["all"] = Acks.All, ["-1"] = Acks.All, ["0"] = Acks.None, ["1"] = Acks.Leader };

    static readonly Dictionary<string, CompressionCodec> CodecWords =
        Enum.GetValues<CompressionCodec>().ToDictionary(codec => codec.ToString().ToLowerInvariant());

    static readonly Dictionary<string, Func<SinkOptions, string, SinkOptions>> Own = new(StringComparer.Ordinal)
    {
        ["acks"] = (options, value) => options with { Acks = Setting.Word(value, AcksWords) },
        ["request.required.acks"] = (options, value) => options with { Acks = Setting.Word(value, AcksWords) },
        ["enable.idempotence"] = (options, value) => options with { Idempotent = Setting.Boolean(value) },
        ["partitioner"] = (options, value) => options with { Partitioner = Partitioners.Named(value) ?? throw new FormatException($"it is one of {Partitioners.Names}.") },
        ["compression.type"] = (options, value) => options with { Compression = Setting.Word(value, CodecWords) },
        ["compression.codec"] = (options, value) => options with { Compression = Setting.Word(value, CodecWords) },
        ["linger.ms"] = (options, value) => options with { Linger = Setting.Milliseconds(value) },
        ["queue.buffering.max.ms"] = (options, value) => options with { Linger = Setting.Milliseconds(value) },
        ["batch.size"] = (options, value) => options with { BatchBytes = Setting.Integer(value) },
        ["max.request.size"] = (options, value) => options with { RequestBytes = Setting.Integer(value) },
        ["message.max.bytes"] = (options, value) => options with { RequestBytes = Setting.Integer(value) },
        ["buffer.memory"] = (options, value) => options with { BufferBytes = Setting.Long(value) },
        ["queue.buffering.max.kbytes"] = (options, value) => options with { BufferBytes = 1024L * Setting.Integer(value) },
        ["max.block.ms"] = (options, value) => options with { BlockTimeout = Setting.Milliseconds(value) },
        ["delivery.timeout.ms"] = (options, value) => options with { DeliveryTimeout = Setting.Milliseconds(value) },
        ["message.timeout.ms"] = (options, value) => options with { DeliveryTimeout = Setting.Milliseconds(value) },
        ["request.timeout.ms"] = (options, value) => options with { RequestTimeout = Setting.Milliseconds(value) },
        ["retries"] = (options, value) => options with { Retries = Setting.Integer(value) },
        ["message.send.max.retries"] = (options, value) => options with { Retries = Setting.Integer(value) },
        ["max.in.flight.requests.per.connection"] = (options, value) => options with { InFlight = Setting.Integer(value) },
        ["max.in.flight"] = (options, value) => options with { InFlight = Setting.Integer(value) },
    };

    /// <summary>The names that <see cref="With"/> knows.</summary>
    internal static IReadOnlyCollection<string> SettingNames => Own.Keys;

    /// <summary>These options with one setting changed.</summary>
    /// <param name="name">The name that the Java client or librdkafka gives it.</param>
    /// <param name="value">The value as text.</param>
    /// <returns>The changed options; <c>null</c> when the name is none of a producer's settings.</returns>
    /// <exception cref="FormatException">The value cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    internal SinkOptions? With(string name, string value) => Own.TryGetValue(name, out var set) ? set(this, value) : null;
}
