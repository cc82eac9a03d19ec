using System.Buffers;
using System.Collections.Concurrent;

namespace Samsa.Rx;

/// <summary>Where batches come from and go back to: their arrays, their bytes, and the few objects that make them.</summary>
sealed class BatchSource(SinkOptions options, ArrayPool<byte> arrays)
{
    /// <summary>How many empty batches are kept for the next records.</summary>
    const int Kept = 256;

    readonly ConcurrentQueue<OutgoingBatch>[] empty = [new(), new(), new()];

    /// <summary>The bytes that all batches together may take.</summary>
    public BufferBudget Budget { get; } = new(options.BufferBytes);

    public ArrayPool<byte> Arrays => arrays;

    /// <summary>When a batch is full.</summary>
    public int BatchBytes { get; } = Math.Min(options.BatchBytes, options.RequestBytes);

    /// <summary>What a batch takes for its first record.</summary>
    public int FirstBytes { get; } = Math.Min(Math.Min(options.BatchBytes, options.RequestBytes), 8 * 1024);

    /// <summary>A pool that keeps as many arrays as batches fit into the buffer. The shared pool keeps a few for each core and drops the others.</summary>
    public static ArrayPool<byte> PoolFor(SinkOptions options) =>
        ArrayPool<byte>.Create(Math.Max(options.BatchBytes, options.RequestBytes), (int)Math.Clamp(options.BufferBytes / options.BatchBytes, 8, 1024));

    public OutgoingBatch Take(byte magic) => empty[magic].TryDequeue(out var batch) ? batch : new OutgoingBatch(this, magic);

    /// <summary>Keeps an empty batch, unless there are enough.</summary>
    public void Keep(OutgoingBatch batch)
    {
        var kept = empty[batch.Magic];
        if (kept.Count < Kept) kept.Enqueue(batch);
    }
}
