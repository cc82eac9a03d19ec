namespace Samsa.Rx;

/// <content>How batches end, and what is told about it.</content>
sealed partial class PartitionLane
{
    int failures;
    long retryAt;
    bool telling;
    TaskCompletionSource? allTold;

    /// <summary>An attempt has come to its end.</summary>
    public void Settle(OutgoingBatch batch, in Verdict verdict)
    {
        // Copied before the lock is taken: nobody else touches the records of a batch that is under way.
        var parts = verdict.Fate is Fate.Split ? Halves(batch) : null;
        BrokerSender? to;
        bool isNew, waits;
        lock (gate)
        {
            inFlight--;
            // When it was given up meanwhile, everybody has been told, and it is too late to tell anything else.
            if (batch.State is BatchState.InFlight) Judge(batch, verdict, parts);
            else if (parts is not null) Discard(parts);
            Sweep();
            waits = FirstWaiting().Batch is not null;
            (to, isNew) = (sender, !listed);
            listed |= waits && to is not null;
        }

        TellEnded();
        if (waits) Rouse(to, isNew);
    }

    /// <summary>Gives up what waits: there is no way to send it.</summary>
    public void Refuse(ErrorCode code, string why, Exception? cause)
    {
        lock (gate)
        {
            for (var batch = head; batch is not null; batch = batch.Next)
                if (batch.State is BatchState.Waiting)
                    Fail(batch, code, why, cause);
            Sweep();
        }

        TellEnded();
    }

    /// <summary>Puts batches in the place of one that was taken: the same records in another format.</summary>
    public void Replace(OutgoingBatch batch, List<OutgoingBatch> parts)
    {
        lock (gate)
        {
            inFlight--;
            if (batch.State is BatchState.InFlight) PutInPlaceOf(batch, parts);
            else Discard(parts);
            Sweep();
        }

        TellEnded();
    }

    /// <summary>Gives up what took longer than the delivery timeout.</summary>
    /// <returns>When the next batch does; <see cref="long.MaxValue"/> when none is left.</returns>
    public long Expire(long now, long timeout)
    {
        var next = long.MaxValue;
        lock (gate)
        {
            for (var batch = head; batch is not null; batch = batch.Next)
            {
                if (batch.State is BatchState.Settled) continue;
                if (batch.Since + timeout > now)
                {
                    next = batch.Since + timeout;
                    break;
                }

                GiveUp(batch, ErrorCode.RequestTimedOut, $"it was not written within {producer.Options.DeliveryTimeout}");
            }

            Sweep();
        }

        TellEnded();
        // What stood behind it may go now.
        if (next != long.MaxValue) Volatile.Read(ref sender)?.Wake();
        return next;
    }

    /// <summary>Gives up everything, and takes nothing more.</summary>
    public void Close(string why)
    {
        lock (gate)
        {
            closed = true;
            for (var batch = head; batch is not null; batch = batch.Next)
                if (batch.State is not BatchState.Settled)
                    GiveUp(batch, ErrorCode.None, why);
            Sweep();
        }

        TellEnded();
    }

    /// <summary>Ends when everything that was appended so far has come to its end and was told.</summary>
    public Task Flushed()
    {
        lock (gate)
        {
            if (tail is not null) return (tail.Told ??= NewSource()).Task;
            return telling ? (allTold ??= NewSource()).Task : Task.CompletedTask;
        }

        static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    void Judge(OutgoingBatch batch, in Verdict verdict, List<OutgoingBatch>? parts)
    {
        batch.MayBeWritten |= verdict.MayBeWritten;
        switch (verdict.Fate)
        {
            case Fate.Persisted:
                batch.Persisted(verdict.BaseOffset, verdict.AppendTime);
                (failures, retryAt) = (0, 0);
                numbers.Established = true;
                break;
            case Fate.Split when parts is not null:
                PutInPlaceOf(batch, parts);
                break;
            case Fate.OutOfOrder when batch.Sequence >= 0:
                SendAgain(batch, verdict);
                // While something before it is not settled the answer was to be expected, and says nothing.
                startsAnew |= batch.State is BatchState.Waiting && IsFirst(batch);
                break;
            case Fate.Again:
                SendAgain(batch, verdict);
                break;
            default:
                Fail(batch, verdict.Code, verdict.Detail ?? "the broker refused it", verdict.Cause);
                if (verdict.Named is { } named) batch.Blame(NamedIn(batch, verdict.Code, named), PublishFailure.OfOther(this, batch, verdict.Code, verdict.Detail ?? ""));
                break;
        }
    }

    void SendAgain(OutgoingBatch batch, in Verdict verdict)
    {
        if (batch.Attempts > producer.Options.Retries)
        {
            Fail(batch, verdict.Code, verdict.Detail ?? "it was tried often enough", verdict.Cause);
            return;
        }

        batch.State = BatchState.Waiting;
        producer.Retried(this, verdict);
        // Five batches that were lost together are one failure.
        if (!IsFirst(batch)) return;
        retryAt = producer.Clock.GetTimestamp() + producer.TicksOf(producer.Retry.After(++failures));
    }

    bool IsFirst(OutgoingBatch batch)
    {
        for (var before = head; before is not null && before != batch; before = before.Next)
            if (before.State is not BatchState.Settled)
                return false;
        return true;
    }

    void GiveUp(OutgoingBatch batch, ErrorCode code, string why)
    {
        batch.MayBeWritten |= batch.State is BatchState.InFlight;
        Fail(batch, code, why);
    }

    void Fail(OutgoingBatch batch, ErrorCode code, string why, Exception? cause = null)
    {
        if (batch == open) open = null;
        batch.Failed(PublishFailure.Of(this, batch, code, why, cause));
    }

    Dictionary<int, PublishException> NamedIn(OutgoingBatch batch, ErrorCode code, IReadOnlyDictionary<int, string> named) =>
        named.ToDictionary(one => one.Key, one => PublishFailure.OfNamed(this, batch, code, one.Value));

    /// <summary>Takes what is settled off the front. What is settled behind something that is not waits, so that reports keep the order of the records.</summary>
    void Sweep()
    {
        while (head is { State: BatchState.Settled } first)
        {
            head = first.Next;
            if (head is null) tail = null;
            ended.Enqueue(first);
        }
    }

    /// <summary>Tells what is settled, outside of the lock and one at a time.</summary>
    void TellEnded()
    {
        lock (gate)
        {
            // Whoever is at it takes the new ones along.
            if (telling || ended.Count == 0) return;
            telling = true;
        }

        while (NextEnded() is { } batch)
        {
            if (batch.Error is { } error) producer.Failed(this, batch.Count, error);
            try
            {
                batch.Tell();
            }
            catch (Exception unexpected)
            {
                // Whoever comes next must still be told.
                producer.Broken($"telling of a batch for {topic} {partition}", unexpected);
            }
        }
    }

    OutgoingBatch? NextEnded()
    {
        lock (gate)
        {
            if (ended.TryDequeue(out var batch)) return batch;
            telling = false;
            allTold?.TrySetResult();
            allTold = null;
            return null;
        }
    }

    void PutInPlaceOf(OutgoingBatch batch, List<OutgoingBatch> parts)
    {
        var before = head == batch ? null : head;
        while (before is not null && before.Next != batch) before = before.Next;
        for (var i = 0; i < parts.Count; i++) parts[i].Next = i + 1 < parts.Count ? parts[i + 1] : batch.Next;
        var first = parts.Count > 0 ? parts[0] : batch.Next;
        if (before is null) head = first;
        else before.Next = first;
        if (tail == batch) tail = parts.Count > 0 ? parts[^1] : before;
        Inherit(batch, parts);
        batch.Next = null;
        batch.Let();
    }

    static void Inherit(OutgoingBatch batch, List<OutgoingBatch> parts)
    {
        var number = batch.Sequence;
        foreach (var part in parts)
        {
            part.Sequence = number;
            if (number >= 0) number = SequenceNumbers.After(number, part.Count);
            (part.Attempts, part.MayBeWritten) = (batch.Attempts, batch.MayBeWritten);
        }

        // Without parts every record was refused, and told so.
        if (parts.Count > 0) parts[^1].Told = batch.Told;
        else batch.Told?.TrySetResult();
    }

    List<OutgoingBatch> Halves(OutgoingBatch batch)
    {
        var parts = new List<OutgoingBatch>();
        for (var first = 0; first < batch.Count;)
        {
            var half = producer.Batches.Take(batch.Magic);
            half.Open(this, batch.Since);
            // A full half goes on in a further one: sizes are estimates.
            first += batch.CopyTo(half, first, Math.Min((batch.Count + 1) / 2, batch.Count - first));
            parts.Add(half);
        }

        return parts;
    }

    static void Discard(List<OutgoingBatch> parts)
    {
        foreach (var part in parts) part.Let();
    }
}
