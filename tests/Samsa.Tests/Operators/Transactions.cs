using System.Buffers.Binary;
using Samsa.Protocol.Records;
using Samsa.Tests.Embedded;
using Samsa.Tests.Topics;

namespace Samsa.Tests.Operators;

/// <summary>Batches as brokers put them into the log of <c>t</c>, partition 0.</summary>
static class Transactions
{
    public static void Write(Stage stage, long producer, string value) =>
        stage.Brokers.AppendRaw("t", 0, TestRecords.Batch([value], 2, producer: producer, epoch: 0, sequence: 0, transactional: true));

    /// <summary>Ends the transaction.</summary>
    public static void Mark(Stage stage, long producer, ControlType type)
    {
        using var writer = new RecordBatchWriter(int.MaxValue);
        writer.TryAppend(TestRecords.Time, [0, 0, 0, (byte)type], false, new byte[6], false);
        var batch = writer.Finish(null, producer, 0, -1, true).ToArray();
        batch[22] |= 0x20;
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), RecordBatchHeader.ComputeCrc(batch));
        stage.Brokers.AppendRaw("t", 0, batch);
    }

    /// <summary>One record with a time.</summary>
    public static byte[] Batch(string value, long time)
    {
        using var writer = new RecordBatchWriter(int.MaxValue);
        writer.TryAppend(time, default, true, System.Text.Encoding.UTF8.GetBytes(value), false);
        return writer.Finish().ToArray();
    }
}
