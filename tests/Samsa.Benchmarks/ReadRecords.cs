using System.Text;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Wire;

namespace Samsa.Benchmarks;

/// <summary>Records as a reading gives them: some hundred of them share a batch, and the batches lie in one frame, lent to the calling thread.</summary>
static class ReadRecords
{
    const int PerBatch = 500;

    public static KafkaRecord[] Of(int count)
    {
        var records = new List<KafkaRecord>();
        foreach (var batch in Batches(count, new(new("t", 0))))
            foreach (var entry in batch)
                records.Add(new(batch, entry));
        return [.. records.Take(count)];
    }

    /// <summary>At least so many records.</summary>
    public static RecordBatch[] Batches(int count, RecordOrigin origin)
    {
        var values = Texts.Of(PerBatch, 100);
        var batches = new RecordBatch[(count + PerBatch - 1) / PerBatch];
        for (var i = 0; i < batches.Length; i++)
        {
            batches[i] = Batch(values, i * PerBatch);
            batches[i].Tag = origin;
        }

        return batches;
    }

    static RecordBatch Batch(byte[][] values, int first)
    {
        using var writer = new RecordBatchWriter(int.MaxValue);
        foreach (var value in values)
            writer.TryAppend(1_700_000_000_000 + 3 * writer.Count, Encoding.UTF8.GetBytes($"key {first + writer.Count}"), false, value, false);
        var bytes = writer.Finish().ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, first);
        var frame = new FramePool().Rent(Math.Max(FramePool.LeastBytes, bytes.Length))!;
        bytes.CopyTo(frame.Memory);
        frame.Lend();
        var reader = new RecordBatchReader(frame.Slice(0, bytes.Length));
        return reader.TryRead(out var batch) ? batch : throw new InvalidOperationException("It was just written.");
    }
}
