using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>A record to be written. Its bytes are copied while <c>Publish</c> or <c>OnNext</c> runs, and may be changed when it has returned;
/// for <c>PublishAsync</c> they must stay as they are until its task has ended.</summary>
public readonly record struct ProducerRecord
{
    /// <summary>A record with a value and nothing else.</summary>
    /// <param name="value">The value; <c>null</c> is a null value (a tombstone of a compacted topic), which differs from an empty one.</param>
    public ProducerRecord(ReadOnlyMemory<byte>? value) => Value = value;

    /// <summary>A record with a key and a value.</summary>
    /// <param name="key">The key, or <c>null</c>. Records of one key go to one partition.</param>
    /// <param name="value">The value, or <c>null</c>.</param>
    public ProducerRecord(ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value) => (Key, Value) = (key, value);

    /// <summary>A record whose value is a text in UTF-8.</summary>
    /// <param name="value">The text, or <c>null</c> for a null value.</param>
    public ProducerRecord(string? value) => Value = Bytes(value);

    /// <summary>A record whose key and value are texts in UTF-8.</summary>
    /// <param name="key">The key, or <c>null</c>.</param>
    /// <param name="value">The text, or <c>null</c> for a null value.</param>
    public ProducerRecord(string? key, string? value) => (Key, Value) = (Bytes(key), Bytes(value));

    /// <summary>The key, or <c>null</c>.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>The value, or <c>null</c>.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>The headers, or <c>null</c> for none. They need a broker of 0.11 or later (KIP-82).</summary>
    public IReadOnlyList<RecordHeader>? Headers { get; init; }

    /// <summary>The partition to write to, or <c>null</c> to let the partitioner choose.</summary>
    public int? Partition { get; init; }

    /// <summary>When it happened, in milliseconds since 1970 (UTC); <c>null</c> is the time of the call. Brokers before 0.10 do not store it.</summary>
    public long? Timestamp { get; init; }

    /// <summary>A number of the caller's that comes back in the <see cref="DeliveryReport"/>.</summary>
    public long Tag { get; init; }

    /// <summary>A record whose value is this text in UTF-8.</summary>
    /// <param name="value">The text.</param>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is <c>null</c>: a record with a null value is made by the constructor.</exception>
    public static implicit operator ProducerRecord(string value) => new(value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>A record with this value.</summary>
    /// <param name="value">The bytes.</param>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is <c>null</c>: a record with a null value is made by the constructor.</exception>
    public static implicit operator ProducerRecord(byte[] value) => new((ReadOnlyMemory<byte>?)(value ?? throw new ArgumentNullException(nameof(value))));

    /// <summary>A record with this value.</summary>
    /// <param name="value">The bytes.</param>
    public static implicit operator ProducerRecord(ReadOnlyMemory<byte> value) => new((ReadOnlyMemory<byte>?)value);

    // A null array becomes an empty memory by itself, and null is something else.
    static ReadOnlyMemory<byte>? Bytes(string? text) => text is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(text);
}
