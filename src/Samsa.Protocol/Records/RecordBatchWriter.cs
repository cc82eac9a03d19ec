using System.Buffers;
using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>Builds one batch, each record straight into wire form.</summary>
/// <remarks>
/// Made with a limit, the writer rents its arrays and owns them. Made with an array, it lives in that array, which stays the caller's:
/// the batch is full when the next record does not fit, and <see cref="Grow"/> moves it to a larger one.
/// What <see cref="Finish"/> gives lies in these arrays: it is good until the writer is finished again, started anew, reset or disposed of,
/// so none of these may happen before the socket has taken the bytes. Not safe for several threads.
/// </remarks>
public sealed class RecordBatchWriter : IDisposable
{
    readonly ArrayPool<byte>? pool;
    byte[] buffer;
    int length;
    PooledBuffer? ownOutput;
    PooledBuffer? compressed;
    ICompressionCodec? compressedBy;
    long firstTimestamp;
    bool finished;

    /// <summary>An empty writer that rents its arrays. It rents nothing before the first record.</summary>
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
        InitialBytes = initialBytes;
        this.pool = pool ?? ArrayPool<byte>.Shared;
        buffer = [];
        Magic = magic;
        length = HeaderSize;
    }

    /// <summary>An empty writer in an array of the caller's.</summary>
    /// <param name="buffer">Where to write; more than a header, or nothing fits.</param>
    /// <param name="magic">The format: 0, 1 or 2.</param>
    public RecordBatchWriter(byte[] buffer, byte magic = 2)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(magic, 2);
        MaxBytes = Array.MaxLength;
        this.buffer = buffer;
        Magic = magic;
        length = HeaderSize;
    }

    /// <summary>When the batch is full, in bytes before compression; with an array of the caller's, the array says it.</summary>
    public int MaxBytes { get; }

    /// <summary>The format: 0, 1 or 2.</summary>
    public byte Magic { get; private set; }

    /// <summary>What to rent for the first record of a batch. Who knows how large batches become saves the doubling.</summary>
    public int InitialBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    }

    /// <summary>How many records were appended.</summary>
    public int Count { get; private set; }

    /// <summary>The size of the batch as it would be without compression; exact for a batch that is not compressed.</summary>
    public int EstimatedBytes => length;

    /// <summary>The largest timestamp so far; -1 when there is no record.</summary>
    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>Whether a record has headers, which formats before magic 2 cannot say.</summary>
    public bool HasHeaders { get; private set; }

    /// <summary>The array that the records are in.</summary>
    public byte[] Buffer => buffer;

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
            if (!headers.IsEmpty) HasHeaders = true;
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
    /// <param name="output">Takes the compressed batch, and stays the caller's; a buffer of the writer's own when null. Not used without a codec.</param>
    /// <returns>Bytes in <see cref="Buffer"/> or in <paramref name="output"/>: see the remarks on the type.</returns>
    /// <exception cref="InvalidOperationException">There are no records.</exception>
    /// <exception cref="NotSupportedException">zstd with magic 0 or 1, or a native library is missing.</exception>
    public ReadOnlyMemory<byte> Finish(
        ICompressionCodec? codec = null, long producerId = -1, short producerEpoch = -1, int baseSequence = -1, bool isTransactional = false,
        PooledBuffer? output = null)
    {
        if (Count == 0) throw new InvalidOperationException("There is no batch without records.");
        if (Magic < 2 && codec?.Id == CompressionCodec.Zstd) throw new NotSupportedException($"zstd does not go with magic {Magic}; brokers know it since 2.1.");
        if (codec is not null)
        {
            output ??= ownOutput ??= new PooledBuffer(pool ?? ArrayPool<byte>.Shared);
            if (codec != compressedBy || output != compressed) Compress(codec, output);
        }

        finished = true;
        var bytes = codec is null ? buffer.AsMemory(0, length) : output!.Memory;
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
        var batch = Read();
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

    /// <summary>The records as a reader sees them, without a copy: good for as long as the array is.</summary>
    public RecordBatch Read() => new(buffer, HeaderSize, length)
    {
        BaseOffset = 0,
        LastOffset = Count - 1,
        Magic = Magic,
        Count = Count,
        BaseTimestamp = firstTimestamp,
        MaxTimestamp = MaxTimestamp,
        SizeInBytes = length,
    };

    /// <summary>Moves the batch to a larger array of the caller's and gives back the one that it was in.</summary>
    /// <exception cref="InvalidOperationException">The writer rents its arrays itself.</exception>
    public byte[] Grow(byte[] larger)
    {
        ArgumentNullException.ThrowIfNull(larger);
        if (pool is not null) throw new InvalidOperationException("The writer rents its arrays itself.");
        ArgumentOutOfRangeException.ThrowIfLessThan(larger.Length, length);
        if (Count > 0) buffer.AsSpan(0, length).CopyTo(larger);
        (buffer, var before) = (larger, buffer);
        return before;
    }

    /// <summary>Begins a new batch in an array of the caller's. What <see cref="Finish"/> gave is no longer good.</summary>
    /// <exception cref="InvalidOperationException">The writer rents its arrays itself.</exception>
    public void Start(byte[] buffer, byte magic = 2)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(magic, 2);
        if (pool is not null) throw new InvalidOperationException("The writer rents its arrays itself.");
        Magic = magic;
        Reset();
        this.buffer = buffer;
    }

    /// <summary>Empties the writer and gives the arrays back that it has rented; one of the caller's is kept. What <see cref="Finish"/> gave is no longer good.</summary>
    public void Reset()
    {
        if (pool is not null)
        {
            if (buffer.Length > 0) pool.Return(buffer);
            buffer = [];
        }

        ownOutput?.Dispose();
        compressed = null;
        compressedBy = null;
        length = HeaderSize;
        Count = 0;
        MaxTimestamp = -1;
        HasHeaders = false;
        finished = false;
    }

    /// <summary>As <see cref="Reset"/>.</summary>
    public void Dispose() => Reset();

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

    void Compress(ICompressionCodec codec, PooledBuffer output)
    {
        (compressed, compressedBy) = (null, null);
        output.Clear();
        var front = Magic == 2 ? RecordBatchHeader.Size : LegacyFormat.WrapperFront(Magic);
        output.GetSpan(front)[..front].Clear();
        output.Advance(front);
        codec.Compress(buffer.AsSpan(HeaderSize, length - HeaderSize), output, Magic);
        // The wrapper carries the offset of the last message inside (KIP-31).
        if (Magic < 2) LegacyFormat.SealWrapper(output.Written, Magic, Count - 1, (byte)codec.Id, MaxTimestamp);
        (compressed, compressedBy) = (output, codec);
    }

    bool TryReserve(long size)
    {
        var needed = length + size;
        if (needed <= buffer.Length && needed <= MaxBytes) return true;
        return TryMakeRoom(needed);
    }

    bool TryMakeRoom(long needed)
    {
        if (pool is null || (Count > 0 && needed > MaxBytes)) return false;
        if (needed <= buffer.Length) return true;
        if (needed > Array.MaxLength) throw new ArgumentException($"A record of {needed} bytes does not fit into an array.");
        var larger = pool.Rent((int)Math.Min(Math.Max(needed, Math.Max(2L * buffer.Length, InitialBytes)), Array.MaxLength));
        if (Count > 0) buffer.AsSpan(0, length).CopyTo(larger);
        if (buffer.Length > 0) pool.Return(buffer);
        buffer = larger;
        return true;
    }
}
