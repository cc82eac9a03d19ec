using Samsa.Embedded.Serving;
using Samsa.Embedded.Storage;
using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Embedded.Cluster;

/// <summary>One partition: its log, who leads it, who waits for it. All brokers of the process share it.</summary>
/// <remarks>Everything that changes is changed under one lock, in which nothing waits and no foreign code runs.</remarks>
sealed class PartitionState
{
    readonly Lock gate = new();
    readonly PartitionLog log;
    readonly ProducerStates producers = new();
    readonly Transactions transactions = new();
    readonly LeaderEpochs epochs = new();
    readonly List<FetchWait> waiting = [];
    volatile Leadership leadership;

    public PartitionState(TopicState topic, int index, Leadership leadership)
    {
        (Topic, Index, this.leadership) = (topic, index, leadership);
        log = new PartitionLog(topic.Rules.RetentionBytes);
        epochs.Begin(leadership.Epoch, 0);
    }

    public TopicState Topic { get; }

    public int Index { get; }

    public Leadership Leadership => leadership;

    /// <summary>Changes who leads. Whoever waits is woken, since the answer may be another one now.</summary>
    public void Lead(Func<Leadership, Leadership> change)
    {
        lock (gate)
        {
            var before = leadership;
            leadership = change(before);
            if (leadership.Epoch == before.Epoch) return;
            if (leadership.Leader != Leadership.None) epochs.Begin(leadership.Epoch, log.End);
            WakeAll();
        }
    }

    /// <summary>Changes who leads, and loses what was not replicated: the log ends at <paramref name="offset"/>.</summary>
    public void Truncate(long offset, Func<Leadership, Leadership> change)
    {
        lock (gate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(offset, log.Start);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, log.End);
            log.Truncate(offset);
            epochs.Truncate(offset);
            // What was known of producers and transactions is what the records that are left tell.
            producers.Clear();
            transactions.Clear();
            foreach (var entry in log.EntriesFrom(log.Start))
            {
                if (Entry.Magic(entry.Span) < 2) continue;
                producers.Stored(entry.Span);
                transactions.Stored(entry.Span);
            }

            leadership = change(leadership);
            epochs.Begin(leadership.Epoch, log.End);
            WakeAll();
        }
    }

    /// <summary>Wakes whoever waits: the topic is gone.</summary>
    public void Close()
    {
        lock (gate) WakeAll();
    }

    /// <summary>What a broker answers to somebody who knows the leader of <paramref name="epoch"/> (KIP-320); −1 for any.</summary>
    public ErrorCode CheckLeader(int broker, int epoch)
    {
        var now = leadership;
        if (epoch >= 0 && epoch < now.Epoch) return ErrorCode.FencedLeaderEpoch;
        if (epoch > now.Epoch) return ErrorCode.UnknownLeaderEpoch;
        return now.Leader == broker ? ErrorCode.None : ErrorCode.NotLeaderOrFollower;
    }

    /// <summary>Appends what a producer sent, once it was found acceptable.</summary>
    /// <param name="broker">The broker that was asked.</param>
    /// <param name="accepted">What is appended.</param>
    /// <param name="now">The time of the broker, in ms since 1970.</param>
    /// <param name="wantsKnownProducers">Whether a producer that is not known must begin with sequence 0.</param>
    public Appended Append(int broker, Accepted accepted, long now, bool wantsKnownProducers)
    {
        lock (gate)
        {
            if (leadership.Leader != broker) return new Appended(ErrorCode.NotLeaderOrFollower, -1, -1);
            var batch = accepted.Entries.Span;
            if (accepted.IsSet) return AppendSet(accepted, now);
            var error = JudgeProducer(batch, wantsKnownProducers, out var before);
            if (error != ErrorCode.None) return new Appended(error, -1, log.Start);
            if (before is { } first) return new Appended(ErrorCode.None, first.Offset, log.Start) { AppendTime = first.Timestamp };
            var offset = log.End;
            Store(batch, offset, now, Topic.Rules.LogAppendTime, accepted.MaxTimestamp);
            return new Appended(ErrorCode.None, offset, log.Start) { AppendTime = Topic.Rules.LogAppendTime ? now : -1 };
        }
    }

    /// <summary>Appends batches as they are: no producer is judged, no checksum looked at, no timestamp given.</summary>
    public void AppendRaw(IReadOnlyList<ReadOnlyMemory<byte>> entries, long now)
    {
        lock (gate)
        {
            var first = log.End;
            foreach (var entry in entries)
            {
                // A message or wrapper carries the offset of its last record, counted from the first of the set.
                var offset = Entry.Magic(entry.Span) < 2 ? first + Entry.Offset(entry.Span) : log.End;
                Store(entry.Span, Math.Max(log.End, offset), now, logAppendTime: false);
            }
        }
    }

    /// <summary>Reads from an offset on; what limits the reading is in <paramref name="ask"/>.</summary>
    public Reading Read(int broker, in ReadAsk ask)
    {
        lock (gate)
        {
            var error = CheckLeader(broker, ask.LeaderEpoch);
            var isFollower = error == ErrorCode.NotLeaderOrFollower && ask.FromFollowers && leadership.InSync.Contains(broker);
            if (error != ErrorCode.None && !isFollower) return Reading.Failed(error);
            if (ask.Offset < log.Start || ask.Offset > log.End) return Reading.Failed(ErrorCode.OffsetOutOfRange);
            var stable = transactions.FirstOpen ?? log.End;
            var reading = new Reading(ErrorCode.None, log.End, stable, log.Start);
            if (ask.LastEpoch >= 0 && Diverges(ask, out var end)) return reading with { Diverging = end };
            var limit = ask.Committed ? stable : log.End;
            var records = Take(ask, limit);
            return reading with
            {
                Records = records,
                Aborted = ask.Committed && !records.IsEmpty ? transactions.Within(ask.Offset, limit) : [],
            };
        }
    }

    /// <summary>Deletes what lies before an offset; −1 for all that is there.</summary>
    /// <param name="broker">The broker that was asked.</param>
    /// <param name="offset">The offset that becomes the first one.</param>
    /// <param name="start">Where the log starts now; −1 when nothing was done.</param>
    public ErrorCode DeleteBefore(int broker, long offset, out long start)
    {
        lock (gate)
        {
            start = -1;
            if (leadership.Leader != broker) return ErrorCode.NotLeaderOrFollower;
            if (offset < -1 || offset > log.End) return ErrorCode.OffsetOutOfRange;
            start = DeleteBefore(offset == -1 ? log.End : offset);
            return ErrorCode.None;
        }
    }

    /// <summary>Deletes what lies before an offset, whoever leads.</summary>
    /// <returns>Where the log starts now.</returns>
    public long DeleteBefore(long offset)
    {
        lock (gate)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, log.End);
            log.DeleteBefore(offset);
            transactions.Forget(log.Start);
            epochs.Forget(log.Start);
            WakeAll();
            return log.Start;
        }
    }

    /// <summary>Looks at the log: <paramref name="look"/> runs under the lock, so it is short and waits for nothing.</summary>
    public T Look<T>(Func<PartitionLog, LeaderEpochs, long, T> look)
    {
        lock (gate) return look(log, epochs, transactions.FirstOpen ?? log.End);
    }

    /// <summary>From now on <paramref name="wait"/> is told of what is appended, and woken when the leader changes.</summary>
    public void Join(FetchWait wait)
    {
        lock (gate) waiting.Add(wait);
    }

    public void Leave(FetchWait wait)
    {
        lock (gate) waiting.Remove(wait);
    }

    ErrorCode JudgeProducer(ReadOnlySpan<byte> batch, bool wantsKnown, out ProducerStates.Batch? before)
    {
        var error = producers.Judge(batch, wantsKnown, out before);
        if (error != ErrorCode.None || before is not null || Entry.IsTransactional(batch)) return error;
        return transactions.IsOpen(Entry.ProducerId(batch)) ? ErrorCode.InvalidTxnState : ErrorCode.None;
    }

    // What came as a message set is one or several entries, numbered from 0.
    Appended AppendSet(Accepted accepted, long now)
    {
        if (accepted.Entries.IsEmpty) return new Appended(ErrorCode.None, -1, -1);
        var first = log.End;
        var entries = accepted.Magic == 0 ? RecordConversion.AssignOffsets(accepted.Entries, 0, first).Bytes.Span : accepted.Entries.Span;
        for (; !entries.IsEmpty; entries = entries[Entry.Size(entries)..])
        {
            var offset = Entry.Offset(entries) + (accepted.Magic == 0 ? 0 : first);
            Store(entries[..Entry.Size(entries)], offset, now, Topic.Rules.LogAppendTime);
        }

        return new Appended(ErrorCode.None, first, log.Start) { AppendTime = Topic.Rules.LogAppendTime ? now : -1 };
    }

    void Store(ReadOnlySpan<byte> entry, long offset, long now, bool logAppendTime, long? maxTimestamp = null)
    {
        var stored = log.Reserve(entry.Length);
        entry.CopyTo(stored);
        Entry.SetOffset(stored, offset);
        if (Entry.Magic(stored) == 2) Entry.SetLeaderEpoch(stored, leadership.Epoch);
        if (logAppendTime) Entry.SetLogAppendTime(stored, now);
        else if (maxTimestamp is { } youngest) Entry.SetCreateTime(stored, youngest);
        log.Commit(stored, now);
        if (Entry.Magic(stored) == 2)
        {
            producers.Stored(stored);
            transactions.Stored(stored);
        }

        transactions.Forget(log.Start);
        epochs.Forget(log.Start);
        foreach (var wait in waiting) wait.Appended(entry.Length);
    }

    bool Diverges(in ReadAsk ask, out (int Epoch, long EndOffset) end)
    {
        end = epochs.EndOf(ask.LastEpoch, log.End);
        return end.Epoch < 0 || end.Epoch < ask.LastEpoch || end.EndOffset < ask.Offset;
    }

    ReadOnlyMemory<byte> Take(in ReadAsk ask, long limit)
    {
        if (log.SegmentOf(ask.Offset) is not { } segment) return default;
        var from = segment.PositionOf(ask.Offset);
        var to = limit >= segment.NextOffset ? segment.Length : segment.PositionOf(limit);
        if (to <= from) return default;
        var first = segment.SizeAt(from);
        if (ask.MaxBytes < first)
        {
            // Fetch 0 to 2 give the beginning of a batch that does not fit; from 3 on it comes whole, or not yet (KIP-74).
            if (ask.CutsFirst) return segment.Slice(from, Math.Max(0, ask.MaxBytes));
            return ask.AtLeastOne ? segment.Slice(from, first) : default;
        }

        return segment.Slice(from, Math.Min(to - from, ask.MaxBytes));
    }

    void WakeAll()
    {
        foreach (var wait in waiting) wait.Wake();
    }
}

/// <summary>What became of an append.</summary>
/// <param name="Error">Why nothing was appended.</param>
/// <param name="Offset">The offset of the first record, or of the first copy when it was there before.</param>
/// <param name="LogStart">The first offset of the log; −1 when it was not looked at.</param>
readonly record struct Appended(ErrorCode Error, long Offset, long LogStart)
{
    /// <summary>The time the broker gave; of a batch that was there before, its youngest timestamp; otherwise −1.</summary>
    public long AppendTime { get; init; } = -1;
}

/// <summary>From where on, and how much, is read.</summary>
readonly record struct ReadAsk
{
    public required long Offset { get; init; }

    public required int MaxBytes { get; init; }

    /// <summary>Whether the first batch comes even when it is larger than <see cref="MaxBytes"/>.</summary>
    public bool AtLeastOne { get; init; }

    /// <summary>Whether a first batch that is larger is cut.</summary>
    public bool CutsFirst { get; init; }

    /// <summary>Whether nothing of open transactions is given, and a list of the aborted ones.</summary>
    public bool Committed { get; init; }

    /// <summary>Whether a follower that is in sync may be read from.</summary>
    public bool FromFollowers { get; init; }

    /// <summary>The epoch of the leader the reader knows; −1 for none.</summary>
    public required int LeaderEpoch { get; init; }

    /// <summary>The epoch of the last record the reader has; −1 for none.</summary>
    public required int LastEpoch { get; init; }
}

/// <summary>What a partition answers to a reader.</summary>
readonly record struct Reading(ErrorCode Error, long HighWatermark, long LastStable, long LogStart)
{
    public ReadOnlyMemory<byte> Records { get; init; }

    public IReadOnlyList<Transactions.Aborted> Aborted { get; init; } = [];

    /// <summary>Where the log of the reader and this one part; null when they do not.</summary>
    public (int Epoch, long EndOffset)? Diverging { get; init; }

    public static Reading Failed(ErrorCode error) => new(error, -1, -1, -1);
}
