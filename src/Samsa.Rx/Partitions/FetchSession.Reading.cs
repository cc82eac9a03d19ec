using Samsa.Protocol.Compression;

namespace Samsa.Rx;

/// <content>What those who ask the brokers see of it: what to ask next, and what to do with what came.</content>
sealed partial class FetchSession
{
    /// <summary>Errors that are no errors of ours may go away; after so many in a row they do not.</summary>
    const int MaxFruitless = 10;

    /// <summary>Finds out what is to be asked of a broker now.</summary>
    public void Plan(Turn turn, BrokerReader broker)
    {
        lock (gate)
        {
            turn.Begin(Now, ready.Delivered);
            if (gathering > 0) return;
            ReturnToLeaders(broker, turn.Now);
            var count = broker.Partitions.Count;
            if (count > 0) broker.First = (broker.First + 1) % count;
            for (var i = 0; i < count; i++) Plan(turn, broker.Partitions[(broker.First + i) % count]);
        }
    }

    void Plan(Turn turn, PartitionReader reader)
    {
        if (reader.IsFinished || reader.IsUnsure) return;
        if (reader.NotBefore > turn.Now) turn.NotBefore = TimeSpan.FromTicks(Math.Min(turn.NotBefore.Ticks, reader.NotBefore.Ticks));
        else if (reader.Seek is not null) turn.Seeks.Add(new(reader));
        else if (ready.HasRoom(reader)) turn.Fetches.Add(new(reader));
        else turn.IsPartial = true;
    }

    /// <summary>A position was looked for.</summary>
    public void Found(in FoundPosition found)
    {
        var id = found.Ask.Id;
        if (found is { Error: ErrorCode.OffsetOutOfRange, Loss: { } loss })
            GiveUp(found.Ask, () => new OffsetOutOfRangeException(id.Topic, id.Partition, loss.Offset, loss.Why));
        else if (found.Error != ErrorCode.None)
            Refused(found.Ask, found.Error, found.Api);
        else if (found.IsCut)
            Cut(found.Ask, found.Position);
        else
            Jump(found);
    }

    void Jump(in FoundPosition found)
    {
        var (id, position) = (found.Ask.Id, found.Position);
        lock (gate)
        {
            var reader = found.Ask.Reader;
            if (IsLate(found.Ask)) return;
            reader.Jump(position, found.End, found.IsSame);
            if (reader.Ready.Batches == 0) reader.Origin.SkipTo(position);
            if (!found.IsSame)
                reader.Failures = 0;
            else if (!found.Ask.Seek!.IsCheck)
                MakeNoHaste(reader, () => new OffsetOutOfRangeException(id.Topic, id.Partition, position, "its leader has it and does not give it"));
            EndIfDone(reader);
        }

        if (found.Loss is { } loss) Tell(new OffsetReset(Events.Now, id.Topic, id.Partition, loss.Offset, position, loss.Why));
    }

    /// <summary>Batches came, or nothing new.</summary>
    public void Took(DecodedAnswer answer)
    {
        var ask = answer.Ask;
        lock (gate)
        {
            // What comes behind an error would keep it from being told for as long as something comes.
            if (IsLate(ask) || fault is not null) return;
            var reader = ask.Reader;
            ready.Put(reader, answer.Batches);
            if (answer.Next > reader.Position) reader.Advance(answer.Next, answer.Epoch);
            if (answer.Batches.Count > 0) output.Set();
            else if (reader.Ready.Batches == 0) Skip(reader);
            Judge(reader, answer);
            EndIfDone(reader);
        }

        foreach (var (from, next, damage) in answer.Skipped)
            Tell(new BatchSkipped(Events.Now, ask.Id.Topic, ask.Id.Partition, from, next, damage));
        if (answer.Damage is { } again && ask.DamagedAt != answer.Next)
            Tell(new RequestRetried(Events.Now, "Fetch", $"{ask.Id}", again));
    }

    /// <summary>What came was not for users: the position goes past it.</summary>
    void Skip(PartitionReader reader)
    {
        reader.Origin.SkipTo(reader.Position);
        Moved();
    }

    /// <summary>What was wrong with an answer, if anything.</summary>
    void Judge(PartitionReader reader, DecodedAnswer answer)
    {
        var id = reader.Id;
        if (answer.Fault is CompressionLibraryMissingException missing)
            GiveUp(reader, () => new KafkaException($"{id} cannot be read on from offset {answer.Next}: {missing.Message}", missing));
        else if (answer.Fault is { } broken)
            GiveUp(reader, () => new KafkaException($"An answer about {id} cannot be read: {broken.Message}", broken));
        else if (answer.Damage is { } damage && answer.Ask.DamagedAt == answer.Next)
            GiveUp(reader, () => new CorruptRecordException(id.Topic, id.Partition, damage.Offset, damage.Reason, damage));
        else if (answer.Damage is not null)
        {
            // It may have been the wire. When the second copy is damaged, too, it is the log.
            reader.DamagedAt = answer.Next;
            Retry(reader);
            if (IsAtFollower(reader)) LeaveFollower(reader);
        }
        else if (answer.IsEmpty && answer.IsCut)
            Grow(reader, answer.NeededBytes);
        else if (answer.IsEmpty && answer.HadBytes)
            MakeNoHaste(reader, () => new KafkaException(
                $"The broker has only records before offset {reader.Position} of {id}, and sends them again and again."));
    }

    /// <summary>The first batch does not fit into what was asked for: brokers before 0.10.1 cut it.</summary>
    void Grow(PartitionReader reader, int needed)
    {
        var (id, asked, position) = (reader.Id, reader.AskBytes, reader.Position);
        if (needed > LargestBatch || asked >= LargestBatch)
            GiveUp(reader, () => new BatchTooLargeException(id.Topic, id.Partition, position, needed, LargestBatch));
        else
            reader.AskBytes = (int)Math.Min(LargestBatch, Math.Max(needed, 2L * asked));
    }

    /// <summary>A broker does not give what was asked for.</summary>
    public void Refused(PartitionAsk ask, ErrorCode error, string api)
    {
        var asked = $"{api} of {ask.Id}";
        lock (gate)
        {
            if (IsLate(ask)) return;
            var reader = ask.Reader;
            if (IsAtFollower(reader))
                LeaveFollower(reader);
            else if (error == ErrorCode.OffsetOutOfRange && ask.Seek is null)
                reader.Look(new(StartFrom.Beginning, ask.Position));
            else if (error.NeedsMetadata || error == ErrorCode.BrokerNotAvailable)
                Doubt(reader);
            else if (error is ErrorCode.UnknownServerError or ErrorCode.CorruptMessage)
                MakeNoHaste(reader, () => new BrokerException(error, asked));
            else if (error.CanRetry)
                Retry(reader);
            else
                GiveUp(reader, () => new BrokerException(error, asked));
            if (reader.IsFinished) return;
        }

        Tell(new RequestRetried(Events.Now, api, $"{ask.Id}", new BrokerException(error, asked)));
    }

    /// <summary>A broker says that its log and what was read of it may part (KIP-320).</summary>
    /// <param name="ask">What was asked.</param>
    /// <param name="epoch">The newest epoch of its log that is not after the one that was read last.</param>
    /// <param name="end">Where that epoch ends.</param>
    /// <returns>Whether they part before the position; then it was dealt with.</returns>
    public bool Diverged(in PartitionAsk ask, int epoch, long end)
    {
        var at = ask.Trail?.PartsAt(ask.Position, epoch, end) ?? end;
        if (at >= ask.Position) return false;
        Cut(ask, at);
        return true;
    }

    /// <summary>The log was cut below what we have read already, by a leader that did not have all of it.</summary>
    void Cut(in PartitionAsk ask, long at)
    {
        var (id, position) = (ask.Id, ask.Position);
        OffsetOutOfRangeException Failure() =>
            new(id.Topic, id.Partition, position, $"the log was cut at offset {at} by a leader that did not have all of it");
        if (Options.OnOutOfRange == ResetPolicy.Fail)
        {
            GiveUp(ask, Failure);
            return;
        }

        lock (gate)
        {
            if (IsLate(ask)) return;
            ask.Reader.CutTo(at);
            MakeNoHaste(ask.Reader, Failure);
        }

        Tell(new LogTruncated(Events.Now, id.Topic, id.Partition, position, at));
    }

    /// <summary>The broker was lost before it answered.</summary>
    public void Lost(PartitionAsk ask)
    {
        lock (gate)
        {
            if (IsLate(ask)) return;
            if (IsAtFollower(ask.Reader)) LeaveFollower(ask.Reader);
            else Doubt(ask.Reader);
        }
    }

    void GiveUp(in PartitionAsk ask, Func<Exception> error)
    {
        lock (gate)
            if (!IsLate(ask))
                GiveUp(ask.Reader, error);
    }

    /// <summary>What was read before is delivered first; then the reading ends.</summary>
    void GiveUp(PartitionReader reader, Func<Exception> error)
    {
        reader.Finish();
        reader.IsDrained = true;
        PutEnd(reader, error);
    }

    /// <summary>Tries again, but not for ever.</summary>
    void MakeNoHaste(PartitionReader reader, Func<Exception> error)
    {
        if (reader.Failures >= MaxFruitless) GiveUp(reader, error);
        else Retry(reader);
    }

    void Retry(PartitionReader reader) => reader.NotBefore = Now + Settings.Retry.After(++reader.Failures);

    /// <summary>
    /// The leader moved after it was asked and before it answered, or is gone: asking it again at once would get the same answer. It is
    /// asked again under a view that differs, or was asked for after this.
    /// </summary>
    void Doubt(PartitionReader reader)
    {
        reader.Outdate();
        reader.IsUnsure = true;
        reader.UnsureSince = Watch.Current.Version;
        // The first time the news are waited for, and that is enough.
        reader.NotBefore = Now + Settings.Retry.After(reader.Failures++);
        doubts.Set();
    }

    /// <summary>Since it was asked the leader moved, the position jumped, or nobody wants it any more.</summary>
    bool IsLate(in PartitionAsk ask) => stopped || ask.Version != ask.Reader.Version;
}
