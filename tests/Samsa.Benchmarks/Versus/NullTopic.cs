using System.Buffers.Binary;
using System.Globalization;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Benchmarks.Versus;

/// <summary>A topic of the null broker. Its name says what it is: <c>canned-p1000</c>, <c>json-p1-zstd</c>, <c>canned-p1-n3000000</c>, <c>sink-p1</c>, <c>relay-p1</c>.</summary>
/// <remarks>
/// canned and json serve the same batch for ever, or in each partition until there are n records and the batch is full; sink counts what is written; relay keeps what is written for those who read.
/// </remarks>
sealed class NullTopic
{
    /// <summary>About the size of a canned batch before compression.</summary>
    const int BatchBytes = 32 * 1024;

    readonly byte[] canned = [];
    readonly int perBatch = 1;
    readonly long end;

    public NullTopic(string name)
    {
        var words = name.Split('-');
        Name = name;
        var partitions = words.FirstOrDefault(word => word is ['p', >= '0' and <= '9', ..])?[1..] ?? "1";
        var last = words.FirstOrDefault(word => word is ['n', >= '0' and <= '9', ..])?[1..];
        var codec = words.Select(word => Enum.TryParse<CompressionCodec>(word, ignoreCase: true, out var known) ? known : CompressionCodec.None).Max();
        Partitions = [.. Enumerable.Range(0, int.Parse(partitions, CultureInfo.InvariantCulture)).Select(_ => new NullPartition())];
        IsCanned = words[0] is "canned" or "json";
        IsRelay = words[0] is "relay";
        if (!IsCanned) return;
        (canned, perBatch) = Can(words[0] is "json" ? Texts.Json(500) : Texts.Of(500, 100), codec);
        end = last is null ? 1L << 40 : long.Parse(last, CultureInfo.InvariantCulture);
        // Whoever reads to the end must come to it: the last batch is as full as the others.
        end = (end + perBatch - 1) / perBatch * perBatch;
    }

    public string Name { get; }

    public NullPartition[] Partitions { get; }

    public bool IsCanned { get; }

    public bool IsRelay { get; }

    /// <summary>Where a partition ends.</summary>
    public long EndOf(int partition) => IsCanned ? end : Partitions[partition].End;

    /// <summary>Fills a buffer with canned batches, as many as fit and one at least.</summary>
    public ReadOnlyMemory<byte> Serve(long offset, int most, ref byte[] buffer)
    {
        var first = offset / perBatch;
        var batches = Math.Clamp(Math.Min(most / canned.Length, end / perBatch - first), 0, int.MaxValue);
        if (batches == 0 && offset < end) batches = 1;
        var bytes = (int)batches * canned.Length;
        for (var filled = buffer.Length < bytes ? 0 : bytes; filled < bytes; filled += canned.Length)
        {
            if (filled == 0) buffer = new byte[Math.Max(bytes, 1 << 20)];
            canned.CopyTo(buffer, filled);
        }

        // The checksum does not cover the base offset, so nothing else has to be done for a batch.
        for (var i = 0; i < batches; i++) BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(i * canned.Length), (first + i) * perBatch);
        return buffer.AsMemory(0, bytes);
    }

    static (byte[] Batch, int Records) Can(byte[][] values, CompressionCodec codec)
    {
        using var writer = new RecordBatchWriter(BatchBytes);
        while (writer.TryAppend(1_700_000_000_000 + writer.Count, default, true, values[writer.Count % values.Length], false))
        {
            // Until it is full.
        }

        return (writer.Finish(CompressionCodecs.Default.Find(codec)).ToArray(), writer.Count);
    }
}

/// <summary>What was written to one partition.</summary>
sealed class NullPartition
{
    readonly List<(long Base, byte[] Batch)> kept = [];
    TaskCompletionSource grew = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long End { get; private set; }

    /// <summary>Ends when something was written after this was asked.</summary>
    public Task Grows
    {
        get
        {
            lock (kept) return grew.Task;
        }
    }

    /// <returns>The offset of the first record.</returns>
    public long Append(ReadOnlySpan<byte> batch, bool keep)
    {
        TaskCompletionSource told;
        long first;
        lock (kept)
        {
            first = End;
            End += RecordBatchHeader.Parse(batch).Count;
            if (!keep) return first;
            var copy = batch.ToArray();
            RecordBatchHeader.SetBaseOffset(copy, first);
            kept.Add((first, copy));
            (told, grew) = (grew, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        told.SetResult();
        return first;
    }

    /// <summary>The batches from an offset on.</summary>
    public ReadOnlyMemory<byte> Read(long offset, int most)
    {
        lock (kept)
        {
            var from = kept.Count;
            while (from > 0 && kept[from - 1].Base >= offset) from--;
            if (from > 0 && offset < End && (from == kept.Count || kept[from].Base > offset)) from--;
            var (to, bytes) = (from, 0);
            while (to < kept.Count && (bytes == 0 || bytes + kept[to].Batch.Length <= most)) bytes += kept[to++].Batch.Length;
            if (to == from + 1) return kept[from].Batch;
            var all = new byte[bytes];
            for (var at = 0; from < to; at += kept[from++].Batch.Length) kept[from].Batch.CopyTo(all, at);
            return all;
        }
    }
}
