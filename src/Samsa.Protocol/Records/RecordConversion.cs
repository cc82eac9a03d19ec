using System.Buffers;
using System.Runtime.InteropServices;
using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>What brokers do to records: convert them between formats for old clients, and give them offsets. Kafka: <c>RecordsUtil.java</c>, <c>LogValidator.java</c>.</summary>
public static class RecordConversion
{
    /// <summary>Writes stored batches of any format as a reader of <paramref name="magic"/> knows them. Offsets, timestamps and codecs stay.</summary>
    /// <remarks>
    /// Before magic 2 there are no headers and no markers, so these are left out. Batches that have the format already are copied as they are.
    /// </remarks>
    /// <param name="entries">Whole batches; what is cut at the end is left out.</param>
    /// <param name="magic">The format to write: 0, 1 or 2.</param>
    /// <param name="options">How to read; the defaults when null.</param>
    /// <exception cref="CorruptBatchException">A batch cannot be read.</exception>
    /// <exception cref="NotSupportedException">zstd before magic 2 (brokers answer UNSUPPORTED_COMPRESSION_TYPE), or a native library is missing.</exception>
    public static byte[] Convert(ReadOnlyMemory<byte> entries, byte magic, DecodeOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(magic, 2);
        options ??= DecodeOptions.Default;
        using var output = new PooledBuffer(ArrayPool<byte>.Shared);
        var reader = new RecordBatchReader(entries, options);
        for (var start = 0; reader.TryRead(out var batch); start += batch.SizeInBytes)
        {
            if (batch.Magic == magic) output.Write(entries.Span.Slice(start, batch.SizeInBytes));
            else if (magic == 2 || !batch.IsControl) Write(batch, magic, output, options.Codecs);
        }

        return output.ToArray();
    }

    /// <summary>
    /// Gives the records of a producer the offsets from <paramref name="firstOffset"/> on, one after the other, and writes them in the format of the log:
    /// one batch for magic 2, one message or compressed message for each that came otherwise.
    /// </summary>
    /// <param name="produced">What the producer sent: message sets of magic 0 or 1, whose offsets mean nothing, or batches of magic 2.</param>
    /// <param name="magic">The format of the log: 0, 1 or 2.</param>
    /// <param name="firstOffset">The offset of the first record.</param>
    /// <param name="logAppendTime">The time of all records, in milliseconds since 1970 in UTC, when the log has the broker's timestamps.</param>
    /// <param name="leaderEpoch">The epoch of the leader, which magic 2 carries.</param>
    /// <param name="options">How to read; the defaults when null.</param>
    /// <exception cref="CorruptBatchException">A batch cannot be read.</exception>
    /// <exception cref="NotSupportedException">zstd before magic 2, or a native library is missing.</exception>
    public static AssignedRecords AssignOffsets(
        ReadOnlyMemory<byte> produced, byte magic, long firstOffset, long? logAppendTime = null, int leaderEpoch = -1, DecodeOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(magic, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(firstOffset);
        options = (options ?? DecodeOptions.Default) with { AnyOffsets = true };
        using var output = new PooledBuffer(ArrayPool<byte>.Shared);
        var assigned = new AssignedRecords(default, 0, firstOffset - 1, -1);
        var reader = new RecordBatchReader(produced, options);
        while (reader.TryRead(out var batch))
        {
            using var written = new ConvertedBatch(magic, batch.Codec, logAppendTime is null ? batch.TimestampType : TimestampType.LogAppend)
            {
                ProducerId = batch.ProducerId,
                ProducerEpoch = batch.ProducerEpoch,
                BaseSequence = batch.BaseSequence,
                IsTransactional = batch.IsTransactional,
                LeaderEpoch = leaderEpoch,
            };
            var next = assigned.LastOffset;
            Append(batch, written, _ => ++next, logAppendTime);
            written.WriteTo(output, options.Codecs);
            assigned = assigned with
            {
                Count = assigned.Count + written.Count,
                LastOffset = next,
                MaxTimestamp = Math.Max(assigned.MaxTimestamp, written.MaxTimestamp),
            };
        }

        return assigned with { Bytes = output.ToArray() };
    }

    static void Write(RecordBatch batch, byte magic, PooledBuffer output, CompressionCodecs codecs)
    {
        // Compaction leaves gaps, and magic 1 has nothing against gaps of any size.
        if (magic == 2 && batch.LastOffset - batch.BaseOffset > int.MaxValue)
            throw batch.Damaged($"its offsets go from {batch.BaseOffset} to {batch.LastOffset}, more than a batch of magic 2 can say");
        using var written = new ConvertedBatch(magic, batch.Codec, batch.TimestampType) { LeaderEpoch = batch.LeaderEpoch };
        Append(batch, written, record => record.Offset, timestamp: null);
        written.WriteTo(output, codecs);
    }

    static void Append(RecordBatch batch, ConvertedBatch written, Func<RecordEntry, long> offset, long? timestamp)
    {
        var headers = new List<RecordHeader>();
        foreach (var record in batch)
        {
            headers.Clear();
            if (written.Magic == 2)
            {
                foreach (var header in batch.HeadersOf(record)) headers.Add(header);
            }

            written.Add(
                offset(record), timestamp ?? record.Timestamp, batch.KeyOf(record).Span, record.KeyLength < 0,
                batch.ValueOf(record).Span, record.ValueLength < 0, CollectionsMarshal.AsSpan(headers));
        }
    }
}

/// <summary>Records that were given their offsets.</summary>
/// <param name="Bytes">The batches in the format of the log.</param>
/// <param name="Count">How many records there are.</param>
/// <param name="LastOffset">The offset of the last.</param>
/// <param name="MaxTimestamp">The largest timestamp, or -1.</param>
public sealed record AssignedRecords(ReadOnlyMemory<byte> Bytes, int Count, long LastOffset, long MaxTimestamp);
