using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>Turns what an answer holds for one partition into batches that can be delivered.</summary>
/// <remarks>
/// The bytes of the answer live as long as a record of them does: bare batches keep the <see cref="Frame"/> that they came in, and its memory is
/// used again when the collector has found that nobody holds it. Inflated batches have arrays of their own.
/// </remarks>
sealed class AnswerDecoding(ConsumeOptions options, DecodeOptions decode)
{
    /// <summary>What a batch costs beside its bytes: a batch of one small record is mostly this.</summary>
    const int BatchOverhead = 256;

    /// <summary>Decodes one partition.</summary>
    /// <param name="ask">What was asked.</param>
    /// <param name="records">What came.</param>
    /// <param name="aborted">Which transactions in it were aborted.</param>
    /// <param name="room">How many bytes may be inflated, about; reduced by what was.</param>
    /// <param name="batches">Takes the batches; what is in it is forgotten. Null for a new list.</param>
    public DecodedAnswer Decode(
        in PartitionAsk ask, ReadOnlyMemory<byte> records, IReadOnlyList<Fetch.Response.AbortedTransaction>? aborted, ref long room,
        List<ReadyBatch>? batches = null)
    {
        batches?.Clear();
        var answer = new DecodedAnswer(ask, batches ?? []);
        if (records.IsEmpty) return answer;
        try
        {
            var filter = options.Isolation == Isolation.ReadCommitted && aborted is { Count: > 0 }
                ? new AbortedTransactions(aborted.Select(one => (one.ProducerId, one.FirstOffset)))
                : null;
            Walk(answer, records, filter, ref room);
        }
        catch (ProtocolException damage)
        {
            // Not one batch, but what is told about all of them.
            answer.Fault = damage;
        }
        catch (CompressionLibraryMissingException missing)
        {
            answer.Fault = missing;
        }

        return answer;
    }

    void Walk(DecodedAnswer answer, ReadOnlyMemory<byte> records, AbortedTransactions? filter, ref long room)
    {
        var ask = answer.Ask;
        var reader = new RecordBatchReader(records, decode);
        // What is at hand when there is no room any more is fetched again later: a small answer can inflate to a thousand times its size.
        while (answer.Next < ask.End && (room > 0 || answer.IsEmpty))
        {
            try
            {
                if (!reader.TryRead(out var batch)) break;
                var wanted = filter?.ShouldDeliver(batch) ?? !batch.IsControl;
                room -= batch.InflatedBytes;
                Take(answer, batch, wanted);
            }
            catch (CorruptBatchException damage)
            {
                if (!Skip(answer, damage)) return;
            }
        }

        answer.IsCut = reader.Truncated;
        answer.NeededBytes = reader.NeededBytes;
        answer.HadBytes = true;
        // The reader has looked at bytes that are held by nothing else, if no batch was made of them.
        GC.KeepAlive(reader.Frame);
    }

    static void Take(DecodedAnswer answer, RecordBatch batch, bool wanted)
    {
        // A fetch may begin before the asked offset, in the middle of a batch.
        if (batch.LastOffset < answer.Next) return;
        var ask = answer.Ask;
        if (wanted && batch.Count > 0 && batch.BaseOffset < ask.End) answer.Add(batch, CostOf(batch));
        answer.GoTo(batch.NextOffset, batch.LeaderEpoch);
    }

    /// <summary>Goes past a damaged batch, if that is what to do. The first time a batch is damaged it is fetched again: it may have been the wire.</summary>
    bool Skip(DecodedAnswer answer, CorruptBatchException damage)
    {
        var ask = answer.Ask;
        if (options.OnCorrupt == CorruptPolicy.Skip && ask.DamagedAt == answer.Next)
        {
            var from = answer.Next;
            // No checksum covers the first offset of a batch. One that is out of all proportion must not carry the reading past sound records.
            var isNear = damage.NextOffset > from && damage.NextOffset - from <= int.MaxValue;
            answer.Skip(isNear ? damage.NextOffset : from + 1, damage);
            return true;
        }

        answer.HadBytes = true;
        answer.Damage = damage;
        return false;
    }

    static long CostOf(RecordBatch batch) => BatchOverhead + Math.Max(batch.SizeInBytes, batch.InflatedBytes);
}

/// <summary>What came for one partition.</summary>
sealed class DecodedAnswer(PartitionAsk ask, List<ReadyBatch> batches)
{
    List<(long From, long Next, CorruptBatchException Damage)>? skipped;

    public PartitionAsk Ask { get; } = ask;

    /// <summary>What can be delivered, in order.</summary>
    public List<ReadyBatch> Batches => batches;

    /// <summary>The offset to go on with.</summary>
    public long Next { get; private set; } = ask.Position;

    /// <summary>The leader epoch of the last batch; -1 when none came, or its format has none.</summary>
    public int Epoch { get; private set; } = -1;

    /// <summary>The answer ends in the middle of a batch.</summary>
    public bool IsCut { get; set; }

    /// <summary>How large that batch is, if that is known.</summary>
    public int NeededBytes { get; set; }

    /// <summary>The answer was not empty.</summary>
    public bool HadBytes { get; set; }

    /// <summary>The batch at <see cref="Next"/> cannot be read.</summary>
    public CorruptBatchException? Damage { get; set; }

    /// <summary>Something is wrong that no skipping mends.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What was skipped: from, to, and why.</summary>
    public IReadOnlyList<(long From, long Next, CorruptBatchException Damage)> Skipped => skipped ?? [];

    /// <summary>Nothing of use was found.</summary>
    public bool IsEmpty => Next == Ask.Position;

    public void Skip(long next, CorruptBatchException damage)
    {
        (skipped ??= []).Add((Next, next, damage));
        GoTo(next, -1);
    }

    public void Add(RecordBatch batch, long cost)
    {
        batch.Tag = Ask.Reader.Origin;
        Batches.Add(new(Ask.Reader, batch, Math.Max(Next, batch.BaseOffset), Ask.End, batch.NextOffset, cost, false));
    }

    public void GoTo(long next, int epoch)
    {
        Next = next;
        Epoch = Math.Max(Epoch, epoch);
        // What is not for users is done with when the batch before it is.
        if (Batches.Count > 0) Batches[^1] = Batches[^1] with { Next = next };
    }

    /// <summary>Marks the last batch as such.</summary>
    public DecodedAnswer Seal()
    {
        if (Batches.Count > 0) Batches[^1] = Batches[^1] with { EndsAnswer = true };
        return this;
    }
}
