using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>One record, as it was read: a small view of the batch it came in.</summary>
/// <remarks>
/// Nothing is allocated for a record, and its bytes are not used for anything else while it, or memory of it, is held: it may be kept, which keeps
/// the memory of its whole batch (and of what came in the same answer). To keep few of many for long, copy what is needed: <c>record.Value.ToArray()</c>.
/// </remarks>
public readonly struct KafkaRecord : IDeferrable
{
    // DateTimeOffset.MinValue and MaxValue in milliseconds since 1970.
    const long FirstMillisecond = -62_135_596_800_000;
    const long LastMillisecond = 253_402_300_799_999;

    // What a record that is kept costs beside its bytes.
    const int Overhead = 64;

    // Two words, which calls pass in registers: whoever hands records on, as each operator of System.Reactive does several times, pays for their size.
    readonly RecordBatch? batch;
    readonly RecordPlace place;

    internal KafkaRecord(RecordBatch batch, in RecordEntry entry)
    {
        this.batch = batch;
        place = batch.PlaceOf(entry);
    }

    /// <summary>The topic it was read from.</summary>
    public string Topic => Origin.Topic;

    /// <summary>The partition it was read from.</summary>
    public int Partition => Origin.Partition;

    /// <summary>Where in the partition it is. Offsets rise; they may have gaps.</summary>
    public long Offset => batch is null ? 0 : place.OffsetIn(batch);

    /// <summary>Milliseconds since 1970 in UTC, as they came: any 64 bits. -1: none (always so before 0.10).</summary>
    public long Timestamp => batch is null ? 0 : place.TimestampIn(batch);

    /// <summary>The timestamp as a time; what lies outside the years 1 to 9999 becomes the first or the last moment of them.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(Timestamp, FirstMillisecond, LastMillisecond));

    /// <summary>Whose clock the timestamp is from.</summary>
    public TimestampType TimestampType => Batch.TimestampType;

    /// <summary>The epoch of the leader that appended it; -1 when the format has none (before 0.11).</summary>
    public int LeaderEpoch => Batch.LeaderEpoch;

    /// <summary>The key; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Key => Slice(place.KeyIn(Batch));

    /// <summary>Whether there is no key, which is not the same as an empty one.</summary>
    public bool KeyIsNull => batch is not null && place.KeyIn(batch).Length < 0;

    /// <summary>The value; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Value => Slice(place.ValueIn(Batch));

    /// <summary>Whether there is no value (in a compacted topic: the key is deleted), which is not the same as an empty one.</summary>
    public bool ValueIsNull => batch is not null && place.ValueIn(batch).Length < 0;

    /// <summary>The headers (KIP-82), in the order in which they were written.</summary>
    public RecordHeaders Headers
    {
        get
        {
            var (start, length) = place.ValueIn(Batch);
            return new(Batch, start + Math.Max(length, 0));
        }
    }

    /// <summary>The key read as UTF-8, null when there is none. Allocates a string each time.</summary>
    public string? KeyText => KeyIsNull ? null : Encoding.UTF8.GetString(Key.Span);

    /// <summary>The value read as UTF-8, null when there is none. Allocates a string each time.</summary>
    public string? Text => ValueIsNull ? null : Encoding.UTF8.GetString(Value.Span);

    internal RecordOrigin Origin => (RecordOrigin)Batch.Tag!;

    internal int Cost => Overhead + Key.Length + Value.Length;

    RecordBatch Batch => batch ?? throw new InvalidOperationException("This KafkaRecord was never read from a topic: it is the default of its type.");

    ReadOnlyMemory<byte> Slice((int Start, int Length) part) => batch!.Slice(part.Start, part.Length);

    /// <summary>
    /// Keeps the record beyond <c>OnNext</c>: the position of its partition does not go past it before the lease is completed. The operators of <c>Samsa.Flow</c> do it by
    /// themselves.
    /// </summary>
    /// <returns>
    /// To be completed once, from any thread, when the record is dealt with. A lease that fails ends the reading with a <see cref="RecordFailedException"/>. Leases of one record are
    /// independent: it is dealt with when all are completed.
    /// </returns>
    /// <exception cref="InvalidOperationException">
    /// It is too late: with <see cref="AckMode.OnReturn"/> this must be called inside <c>OnNext</c>, with <see cref="AckMode.Explicit"/> before the record is acknowledged.
    /// </exception>
    public Lease Defer() => Origin.Defer(this);

    /// <summary>Where it was read, and its sizes: <c>clicks 3@17 (key 5 bytes, value 100 bytes)</c>.</summary>
    public override string ToString() => batch is null
        ? "no record"
        : $"{Topic} {Partition}@{Offset} (key {(KeyIsNull ? "null" : $"{Key.Length} bytes")}, value {(ValueIsNull ? "null" : $"{Value.Length} bytes")})";
}
