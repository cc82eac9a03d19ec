using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>Where a batch stands.</summary>
enum BatchState : byte
{
    /// <summary>It takes records, or waits to be sent (again).</summary>
    Waiting,

    /// <summary>A request that holds it is under way.</summary>
    InFlight,

    /// <summary>Its outcome is known, or is waited for no longer.</summary>
    Settled,
}

/// <summary>The records of one partition that go out together, in wire form, and who wants to know how they end.</summary>
/// <remarks>
/// Its lane owns it and guards all of it by its lock, except where a method says otherwise. Its bytes go back to their pool when nobody
/// holds them anymore: its lane does until it is settled, each request until its write cannot look at them any longer. What is needed to
/// report of its records stays until nobody keeps it.
/// </remarks>
#pragma warning disable CA1001 // The writer is emptied by Let, which gives everything back; the batch itself is used again.
sealed class OutgoingBatch(BatchSource source, byte magic)
#pragma warning restore CA1001
{
    /// <summary>The most that a record without headers takes besides its key and value.</summary>
    const int PlainOverhead = 40;

    readonly RecordBatchWriter writer = new(source.BatchBytes, magic, source.FirstBytes, source.Arrays);
    readonly BatchNotes notes = new(source.Budget);
    long charged;
    int holds, keeps;
    IReadOnlyDictionary<int, PublishException>? blamed;
    PublishException? errorOfOthers;

    public byte Magic => magic;

    public int Count => writer.Count;

    /// <summary>Its bytes before compression.</summary>
    public int Bytes => writer.EstimatedBytes;

    /// <summary>Whose it is.</summary>
    public PartitionLane Lane { get; private set; } = null!;

    /// <summary>When its first record came, on the clock's timestamps.</summary>
    public long Since { get; private set; }

    /// <summary>The one after it in its lane.</summary>
    public OutgoingBatch? Next { get; set; }

    public BatchState State { get; set; }

    /// <summary>How often it was sent.</summary>
    public int Attempts { get; set; }

    /// <summary>Whether an attempt ended without an answer that rules out that it is in the log.</summary>
    public bool MayBeWritten { get; set; }

    /// <summary>The number of its first record for the broker; −1 when it has none.</summary>
    public int Sequence { get; set; } = -1;

    public Outcome Outcome { get; private set; }

    public PublishException? Error { get; private set; }

    /// <summary>The offset of its first record, or −1.</summary>
    public long BaseOffset { get; private set; } = -1;

    /// <summary>The broker's time, when the topic stores that one; else −1.</summary>
    public long AppendTime { get; private set; } = -1;

    /// <summary>Ends when everybody was told; made when somebody asks for it.</summary>
    public TaskCompletionSource? Told { get; set; }

    /// <summary>Begins anew.</summary>
    /// <param name="lane">Whose it is.</param>
    /// <param name="since">When.</param>
    /// <param name="expected">How large it will become, as far as one can guess.</param>
    public void Open(PartitionLane lane, long since, int expected = 0)
    {
        (Lane, Since, State, holds, keeps) = (lane, since, BatchState.Waiting, 1, 1);
        writer.InitialBytes = Math.Clamp(expected, source.FirstBytes, source.BatchBytes);
    }

    /// <summary>Appends a record, unless the batch is full or the bytes for it cannot be had.</summary>
    public bool TryAppend(in ProducerRecord record, long timestamp, IReceiver receiver, int number)
    {
        var key = record.Key.GetValueOrDefault();
        var value = record.Value.GetValueOrDefault();
        var headers = HeaderSpan.Of(record.Headers);
        var most = headers.IsEmpty
            ? (long)PlainOverhead + key.Length + value.Length
            : RecordBatchWriter.SizeOfBatchWith(magic, key.Length, value.Length, headers);
        if (!TryCharge(Bytes + most)) return false;
        if (!writer.TryAppend(timestamp, key.Span, record.Key is null, value.Span, record.Value is null, headers)) return false;
        notes.Add(writer.Count - 1, timestamp, record.Tag, receiver, number);
        return true;
    }

    /// <summary>The batch as it travels. Called by whoever sends it, and by nobody else until the write of that request has ended.</summary>
    public ReadOnlyMemory<byte> Finish(ICompressionCodec? codec, long producerId, short epoch) =>
        writer.Finish(codec, producerId, epoch, Sequence);

    /// <summary>Copies records to another batch, with those who want to know how they end.</summary>
    /// <returns>How many found room.</returns>
    /// <exception cref="ArgumentException">A record has headers and the other format has none; those before it were copied.</exception>
    public int CopyTo(OutgoingBatch other, int first, int count)
    {
        var before = other.Count;
        try
        {
            return writer.CopyTo(other.writer, first, count);
        }
        finally
        {
            notes.CopyTo(other.notes, before, first, other.Count - before);
            // The bytes are in use already: to wait for room here would be to wait for this very batch.
            var more = Math.Max(0, other.Bytes - other.charged);
            other.charged += more;
            source.Budget.Take(more);
        }
    }

    /// <summary>Tells the receiver of a record that the record was not sent.</summary>
    public void Refuse(int index, PublishException why) => notes.Refuse(index, why);

    public void Persisted(long baseOffset, long appendTime) =>
        (State, Outcome, BaseOffset, AppendTime) = (BatchState.Settled, Outcome.Persisted, baseOffset, appendTime);

    public void Failed(PublishException error) => (State, Outcome, Error) = (BatchState.Settled, error.Outcome, error);

    /// <summary>It failed because of some of its records: each has an error of its own, and all others share one.</summary>
    public void Blame(IReadOnlyDictionary<int, PublishException> records, PublishException others) => (blamed, errorOfOthers) = (records, others);

    /// <summary>Tells everybody how it ended, and lets go of it. Outside of the lock.</summary>
    public void Tell()
    {
        notes.Tell(this);
        Told?.TrySetResult();
        Let();
    }

    /// <summary>How one record ended. Any thread that keeps it.</summary>
    public DeliveryReport ReportOf(int index) => new(
        Outcome, Lane.Topic, Lane.Partition, BaseOffset < 0 ? -1 : BaseOffset + index,
        AppendTime >= 0 ? AppendTime : notes.TimestampOf(index), ErrorOf(index), notes.TagOf(index));

    PublishException? ErrorOf(int index) => blamed is null ? Error : blamed.GetValueOrDefault(index, errorOfOthers!);

    /// <summary>Holds its bytes until <see cref="Let"/>. Any thread.</summary>
    public void Hold() => Interlocked.Increment(ref holds);

    /// <summary>Ends a hold. The last one gives the bytes back. Any thread.</summary>
    public void Let()
    {
        if (Interlocked.Decrement(ref holds) > 0) return;
        writer.Reset();
        var bytes = charged;
        charged = 0;
        Leave();
        source.Budget.Return(bytes);
    }

    /// <summary>Keeps what is needed for reports until <see cref="Leave"/>. Any thread.</summary>
    public void Keep() => Interlocked.Increment(ref keeps);

    /// <summary>Ends a keep. After the last one it is empty and may be filled again. Any thread.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref keeps) > 0) return;
        notes.Clear();
        (Next, Told, Error, MayBeWritten, blamed, errorOfOthers) = (null, null, null, false, null, null);
        (Attempts, Sequence, BaseOffset, AppendTime) = (0, -1, -1, -1);
        source.Keep(this);
    }

    // The writer's array doubles when it is full, and is paid for in the same steps: not for each record.
    bool TryCharge(long needed)
    {
        if (needed <= charged) return true;
        if (Count > 0 && needed > source.BatchBytes) return false;
        var wanted = Math.Max(needed, Math.Min(Math.Max(2 * charged, writer.InitialBytes), source.BatchBytes));
        if (!source.Budget.TryTake(wanted - charged)) return false;
        charged = wanted;
        return true;
    }
}
