using System.Buffers;
using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>Builds one batch, each record straight into wire form.</summary>
/// <remarks>
/// The writer owns the arrays it rents. What <see cref="Finish"/> gives lies in them: it is good until the writer is finished again, reset or
/// disposed of, so none of these may happen before the socket has taken the bytes. Not safe for several threads.
/// </remarks>
public sealed class RecordBatchWriter : IDisposable
{
    readonly ArrayPool<byte> pool;
    readonly int initialBytes;
    readonly PooledBuffer compressed;
    byte[] buffer = [];
    int length;
    ICompressionCodec? compressedBy;
    long firstTimestamp;
    bool finished;

    /// <summary>An empty writer. It rents nothing before the first record.</summary>
    /// <param name="maxBytes">When the batch is full; counted before compression, header included. The first record may go over it.</param>
    /// <param name="magic">The format: 0, 1 or 2.</param>
    /// <param name="initialBytes">What to rent for the first record; it doubles as needed.</param>
    /// <param name="pool">Where the arrays come from; the shared pool when null.</param>
    public RecordBatchWriter(int maxBytes, byte magic = 2, int initialBytes = 1024, ArrayPool<byte>? pool = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(magic, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(initialBytes);
        MaxBytes = maxBytes;
        Magic = magic;
        this.initialBytes = initialBytes;
        this.pool = pool ?? ArrayPool<byte>.Shared;
        compressed = new PooledBuffer(this.pool);
        length = HeaderSize;
    }

    /// <summary>When the batch is full, in bytes before compression.</summary>
    public int MaxBytes { get; }

    /// <summary>The format: 0, 1 or 2.</summary>
    public byte Magic { get; }

    /// <summary>How many records were appended.</summary>
    public int Count { get; private set; }

    /// <summary>The size of the batch as it would be without compression; exact for a batch that is not compressed.</summary>
    public int EstimatedBytes => length;

    /// <summary>The largest timestamp so far; -1 when there is no record.</summary>
    public long MaxTimestamp { get; private set; } = -1;

    int HeaderSize => Magic == 2 ? RecordBatchHeader.Size : 0;

    /// <summary>The size of a batch that holds this record alone, uncompressed: what has to fit into the largest request.</summary>
    /// <param name="magic">The format: 0, 1 or 2.</param>
    /// <param name="keyLength">The length of the key in bytes; 0 when it is null.</param>
    /// <param name="valueLength">The length of the value in bytes; 0 when it is null.</param>
    /// <param name="headers">The headers; there are none before magic 2.</param>
    public static long SizeOfBatchWith(byte magic, int keyLength, int valueLength, ReadOnlySpan<RecordHeader> headers = default) =>
        magic == 2
            ? RecordBatchHeader.Size + RecordFormat.MaxSize(keyLength, valueLength, headers)
            : LegacyFormat.SizeOf(magic, keyLength, valueLength);

    /// <summary>Appends a record, unless the batch has records already and would grow over <see cref="MaxBytes"/>.</summary>
    /// <param name="timestamp">Milliseconds since 1970 in UTC. Magic 0 has no room for it.</param>
    /// <param name="key">The key; not looked at when it is null.</param>
    /// <param name="keyIsNull">Whether there is no key.</param>
    /// <param name="value">The value; not looked at when it is null.</param>
    /// <param name="valueIsNull">Whether there is no value.</param>
    /// <param name="headers">The headers; there may be none before magic 2.</param>
    /// <returns>False: the batch is full, nothing was appended.</returns>
    /// <exception cref="ArgumentException">Headers with magic 0 or 1, or a record that no array can hold.</exception>
    /// <exception cref="InvalidOperationException">The batch was finished.</exception>
    public bool TryAppend(
        long timestamp, ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value, bool valueIsNull, ReadOnlySpan<RecordHeader> headers = default)
    {
        if (finished) throw new InvalidOperationException("The batch was finished; it takes no more records.");
        if (Count == 0) firstTimestamp = timestamp;
        if (keyIsNull) key = default;
        if (valueIsNull) value = default;

        if (Magic == 2)
        {
            var body = RecordFormat.BodySize(timestamp - firstTimestamp, Count, key.Length, keyIsNull, value.Length, valueIsNull, headers);
            var size = body + Varints.SizeOfSigned(body);
            if (!TryReserve(size)) return false;
            RecordFormat.Write(
                buffer.AsSpan(length, (int)size), (int)body, timestamp - firstTimestamp, Count, key, keyIsNull, value, valueIsNull, headers);
            length += (int)size;
        }
        else
        {
            if (!headers.IsEmpty) throw new ArgumentException($"Records of magic {Magic} have no headers; brokers before 0.11 do not know them.", nameof(headers));
            var size = LegacyFormat.SizeOf(Magic, key.Length, value.Length);
            if (!TryReserve(size)) return false;
            LegacyFormat.Write(buffer.AsSpan(length, (int)size), Magic, Count, attributes: 0, timestamp, key, keyIsNull, value, valueIsNull);
            length += (int)size;
        }

        MaxTimestamp = Count == 0 ? timestamp : Math.Max(MaxTimestamp, timestamp);
        Count++;
        return true;
    }

    /// <summary>Gives the batch as it travels. May be asked again with other numbers of the producer, which encodes and compresses nothing anew.</summary>
    /// <param name="codec">How to compress it; null for not at all.</param>
    /// <param name="producerId">The producer's number, or -1. Only magic 2 carries it, as all that follows.</param>
    /// <param name="producerEpoch">The producer's epoch, or -1.</param>
    /// <param name="baseSequence">The sequence number of the first record, or -1.</param>
    /// <param name="isTransactional">Whether the batch is part of a transaction.</param>
    /// <returns>Bytes that belong to the writer: see the remarks on the type.</returns>
    /// <exception cref="InvalidOperationException">There are no records.</exception>
    /// <exception cref="NotSupportedException">zstd with magic 0 or 1, or a native library is missing.</exception>
    public ReadOnlyMemory<byte> Finish(
        ICompressionCodec? codec = null, long producerId = -1, short producerEpoch = -1, int baseSequence = -1, bool isTransactional = false)
    {
        if (Count == 0) throw new InvalidOperationException("There is no batch without records.");
        if (Magic < 2 && codec?.Id == CompressionCodec.Zstd) throw new NotSupportedException($"zstd does not go with magic {Magic}; brokers know it since 2.1.");
        if (codec is not null && codec != compressedBy) Compress(codec);
        finished = true;

        var bytes = codec is null ? buffer.AsMemory(0, length) : compressed.Memory;
        if (Magic == 2) Header(bytes.Length, codec, producerId, producerEpoch, baseSequence, isTransactional).WriteSealed(bytes.Span);
        return bytes;
    }

    /// <summary>Appends records of this batch to another, which may have another format: to split a batch that is too large, or to speak to an older broker.</summary>
    /// <param name="other">Takes the records, in their order.</param>
    /// <param name="first">The index of the first.</param>
    /// <param name="count">How many.</param>
    /// <returns>How many went into it before it was full.</returns>
    /// <exception cref="ArgumentException">A record has headers and the other format cannot have any.</exception>
    public int CopyTo(RecordBatchWriter other, int first, int count)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)first + count, Count);
        var batch = AsBatch();
        var headers = new List<RecordHeader>();
        var copied = 0;
        var index = -1;
        foreach (var record in batch)
        {
            if (++index < first) continue;
            if (copied == count) break;
            headers.Clear();
            foreach (var header in batch.HeadersOf(record)) headers.Add(header);
            if (!other.TryAppend(
                    record.Timestamp, batch.KeyOf(record).Span, record.KeyLength < 0, batch.ValueOf(record).Span, record.ValueLength < 0,
                    System.Runtime.InteropServices.CollectionsMarshal.AsSpan(headers)))
                break;
            copied++;
        }

        return copied;
    }

    /// <summary>Empties the writer and gives its arrays back. What <see cref="Finish"/> gave is no longer good.</summary>
    public void Reset()
    {
        if (buffer.Length > 0) pool.Return(buffer);
        buffer = [];
        compressed.Dispose();
        compressedBy = null;
        length = HeaderSize;
        Count = 0;
        MaxTimestamp = -1;
        finished = false;
    }

    /// <summary>As <see cref="Reset"/>.</summary>
    public void Dispose() => Reset();

    /// <summary>The records as a reader sees them, for as long as the arrays are not given back.</summary>
    RecordBatch AsBatch() => new(buffer, HeaderSize, length)
    {
        BaseOffset = 0,
        LastOffset = Count - 1,
        Magic = Magic,
        Count = Count,
        BaseTimestamp = firstTimestamp,
        MaxTimestamp = MaxTimestamp,
        SizeInBytes = length,
    };

    RecordBatchHeader Header(int size, ICompressionCodec? codec, long producerId, short producerEpoch, int baseSequence, bool isTransactional) => new()
    {
        BaseOffset = 0,
        Length = size - RecordBatchHeader.LengthOverhead,
        LeaderEpoch = -1,
        Magic = 2,
        Attributes = RecordBatchHeader.AttributesOf(codec?.Id ?? CompressionCodec.None, isTransactional: isTransactional),
        LastOffsetDelta = Count - 1,
        BaseTimestamp = firstTimestamp,
        MaxTimestamp = MaxTimestamp,
        ProducerId = producerId,
        ProducerEpoch = producerEpoch,
        BaseSequence = baseSequence,
        Count = Count,
    };

    void Compress(ICompressionCodec codec)
    {
        compressedBy = null;
        compressed.Clear();
        var front = Magic == 2 ? RecordBatchHeader.Size : LegacyFormat.WrapperFront(Magic);
        compressed.GetSpan(front)[..front].Clear();
        compressed.Advance(front);
        codec.Compress(buffer.AsSpan(HeaderSize, length - HeaderSize), compressed, Magic);
        // The wrapper carries the offset of the last message inside (KIP-31).
        if (Magic < 2) LegacyFormat.SealWrapper(compressed.Written, Magic, Count - 1, (byte)codec.Id, MaxTimestamp);
        compressedBy = codec;
    }

    bool TryReserve(long size)
    {
        var needed = length + size;
        if (Count > 0 && needed > MaxBytes) return false;
        if (needed > buffer.Length) Grow(needed);
        return true;
    }

    void Grow(long needed)
    {
        if (needed > Array.MaxLength) throw new ArgumentException($"A record of {needed} bytes does not fit into an array.");
        var larger = pool.Rent((int)Math.Min(Math.Max(needed, Math.Max(2L * buffer.Length, initialBytes)), Array.MaxLength));
        buffer.AsSpan(0, buffer.Length == 0 ? 0 : length).CopyTo(larger);
        if (buffer.Length > 0) pool.Return(buffer);
        buffer = larger;
    }
}
