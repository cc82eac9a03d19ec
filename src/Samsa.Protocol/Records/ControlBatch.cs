using System.Buffers.Binary;

namespace Samsa.Protocol.Records;

/// <summary>The markers that end transactions. Kafka: <c>EndTransactionMarker.java</c>. Clients only read them; brokers write them.</summary>
public static class ControlBatch
{
    /// <summary>A batch with one marker.</summary>
    /// <param name="type"><see cref="ControlType.Abort"/> or <see cref="ControlType.Commit"/>.</param>
    /// <param name="offset">Its offset in the partition.</param>
    /// <param name="timestamp">Milliseconds since 1970 in UTC.</param>
    /// <param name="producerId">Whose transaction ends.</param>
    /// <param name="producerEpoch">The epoch of the producer.</param>
    /// <param name="coordinatorEpoch">The epoch of the transaction coordinator.</param>
    /// <param name="leaderEpoch">The epoch of the leader, or -1.</param>
    public static byte[] Write(
        ControlType type, long offset, long timestamp, long producerId, short producerEpoch, int coordinatorEpoch = 0, int leaderEpoch = -1)
    {
        if (type is not (ControlType.Abort or ControlType.Commit))
            throw new ArgumentException("A transaction ends by Abort or Commit.", nameof(type));
        Span<byte> key = stackalloc byte[4];
        BinaryPrimitives.WriteInt16BigEndian(key[2..], (short)type);
        Span<byte> value = stackalloc byte[6];
        BinaryPrimitives.WriteInt32BigEndian(value[2..], coordinatorEpoch);

        var body = (int)RecordFormat.BodySize(0, 0, key.Length, false, value.Length, false, []);
        var batch = new byte[RecordBatchHeader.Size + Varints.SizeOfSigned(body) + body];
        RecordFormat.Write(batch.AsSpan(RecordBatchHeader.Size), body, 0, 0, key, false, value, false, []);
        new RecordBatchHeader
        {
            BaseOffset = offset,
            Length = batch.Length - RecordBatchHeader.LengthOverhead,
            LeaderEpoch = leaderEpoch,
            Magic = 2,
            Attributes = RecordBatchHeader.AttributesOf(Compression.CompressionCodec.None, isTransactional: true, isControl: true),
            BaseTimestamp = timestamp,
            MaxTimestamp = timestamp,
            ProducerId = producerId,
            ProducerEpoch = producerEpoch,
            BaseSequence = -1,
            Count = 1,
        }.WriteSealed(batch);
        return batch;
    }
}
