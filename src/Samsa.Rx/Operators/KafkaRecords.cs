using System.Buffers.Binary;
using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>Makes records as if they had been read: for tests of what is done with records.</summary>
public static class KafkaRecords
{
    const int LeaderEpochAt = 12;

    /// <summary>What a reader sees of this record when it stands there in the log. It belongs to no reading, and nobody counts on it.</summary>
    /// <param name="record">The record. Without a timestamp it has none (-1).</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition, whatever the record says.</param>
    /// <param name="offset">The offset.</param>
    /// <param name="leaderEpoch">The epoch of the leader that appended it.</param>
    /// <returns>The record, as it is read.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="topic"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="partition"/> or <paramref name="offset"/> is negative.</exception>
    public static KafkaRecord AsRead(this ProducerRecord record, string topic, int partition, long offset, int leaderEpoch = -1)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        using var writer = new RecordBatchWriter(int.MaxValue);
        var (key, value) = (record.Key.GetValueOrDefault(), record.Value.GetValueOrDefault());
        writer.TryAppend(
            record.Timestamp ?? -1, key.Span, record.Key is null, value.Span, record.Value is null, HeaderSpan.Of(record.Headers));
        var bytes = writer.Finish().ToArray();
        // Brokers write these two, so the checksum does not cover them.
        BinaryPrimitives.WriteInt64BigEndian(bytes, offset);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(LeaderEpochAt), leaderEpoch);
        var reader = new RecordBatchReader(bytes);
        reader.TryRead(out var batch);
        batch!.Tag = new RecordOrigin(new(topic, partition));
        var records = batch.GetRecords();
        records.MoveNext();
        return new(batch, records.Current);
    }
}
