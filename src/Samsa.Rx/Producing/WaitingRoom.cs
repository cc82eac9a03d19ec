using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>The records of a topic that wait for room in the buffer, or for the topic to become known: first come, first served.</summary>
/// <remarks>
/// Whoever awaits or blocks brings the memory of his own record. Copies, which nobody waits with, are paid for from the buffer, and
/// may take half of it at most: the other half is for the batches they go into.
/// </remarks>
sealed class WaitingRoom(Producer producer, TopicLanes topic)
{
    readonly Lock gate = new();
    readonly Queue<Guest> guests = new();
    TaskCompletionSource? emptied;
    long? lookedAt;
    volatile bool occupied;

    public bool IsEmpty => !occupied;

    /// <summary>Lets a copy of the record wait.</summary>
    /// <returns>Whether there is memory for it.</returns>
    public bool TryEnterCopy(in ProducerRecord record, IReceiver receiver, int number)
    {
        var bytes = (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0) + 256;
        var budget = producer.Batches.Budget;
        if (budget.Taken + bytes > budget.Most / 2 || !budget.TryTake(bytes)) return false;
        Add(new Guest(Copy(record), receiver, number, Deadline) { Charged = bytes });
        return true;
    }

    /// <summary>Lets the record wait. Its receiver is told when it waited in vain.</summary>
    public void Enter(in ProducerRecord record, IReceiver receiver, int number) => Add(new Guest(record, receiver, number, Deadline));

    /// <summary>Blocks the caller until the record is in a batch.</summary>
    /// <returns>Why it is not; <c>null</c> when it is.</returns>
    public PublishException? Block(in ProducerRecord record, IReceiver receiver, int number)
    {
        // Room comes back when observers have taken their reports. If one of them waits here for room, none ever comes.
        if (ReportStream.IsTelling)
        {
            return new BufferFullException(
                $"A record for {topic.Topic} was not taken: the buffer is full, and an observer of delivery reports cannot wait for room that only its return makes. Use PublishAsync there.",
                topic.Topic, -1);
        }

        var admitted = new TaskCompletionSource<PublishException?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(new Guest(record, receiver, number, Deadline) { Admitted = admitted });
        return admitted.Task.GetAwaiter().GetResult();
    }

    /// <summary>Ends when nobody waits anymore.</summary>
    public Task EmptiedAsync()
    {
        lock (gate)
        {
            if (guests.Count == 0) return Task.CompletedTask;
            return (emptied ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Waits until the topic is known, and has it created where brokers do so.</summary>
    /// <exception cref="NoPartitionException">It is not to be had.</exception>
    public Task KnowAsync() => KnowAsync(Deadline);

    // A mistake is often made many times over: who asks right after another for a partition that is not there is not worth a question of his own.
    bool WasMissedLately => lookedAt is { } at && producer.Clock.GetElapsedTime(at) < TimeSpan.FromSeconds(1);

    long Deadline => producer.Clock.GetTimestamp() + producer.TicksOf(producer.Options.BlockTimeout);

    static ProducerRecord Copy(in ProducerRecord record) => record with
    {
        Key = Copy(record.Key),
        Value = Copy(record.Value),
        Headers = record.Headers is { } headers ? [.. headers.Select(header => new RecordHeader(header.NameUtf8.ToArray(), Copy(header)))] : null,
    };

    static ReadOnlyMemory<byte>? Copy(RecordHeader header) => header.ValueIsNull ? default(ReadOnlyMemory<byte>?) : header.Value.ToArray();

    // A null array becomes an empty memory by itself, and null is something else.
    static ReadOnlyMemory<byte>? Copy(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? some.ToArray() : default(ReadOnlyMemory<byte>?);

    void Add(Guest guest)
    {
        lock (gate)
        {
            guests.Enqueue(guest);
            if (occupied) return;
            occupied = true;
        }

        _ = Task.Run(AdmitAllAsync);
    }

    async Task AdmitAllAsync()
    {
        while (First() is { } guest)
        {
            var why = await AdmitAsync(guest);
            lock (gate) guests.Dequeue();
            guest.End(why);
        }
    }

    Guest? First()
    {
        lock (gate)
        {
            if (guests.TryPeek(out var guest)) return guest;
            // From here on records go straight into their batches.
            occupied = false;
            emptied?.TrySetResult();
            emptied = null;
            return null;
        }
    }

    async Task<PublishException?> AdmitAsync(Guest guest)
    {
        try
        {
            producer.Batches.Budget.Return(guest.Charged);
            for (var looked = false; ;)
            {
                await KnowAsync(guest.Deadline);
                // Taken before the try, so that no return between the two is missed.
                var room = producer.Batches.Budget.ReturnAsync();
                switch (topic.TryPlace(guest.Record, guest.Receiver, guest.Number, out var why))
                {
                    case Placement.In:
                        return null;
                    case Placement.Refused:
                        return why;
                    case Placement.Waits when looked || WasMissedLately:
                        return NoSuchPartition(guest.Record.Partition);
                    case Placement.Waits:
                        // It may have been added since the last look.
                        looked = true;
                        topic.Follow(await LookAsync(guest.Deadline));
                        lookedAt = producer.Clock.GetTimestamp();
                        break;
                    default:
                        producer.Hurry();
                        await Within(guest.Deadline, room);
                        break;
                }
            }
        }
        catch (PublishException error)
        {
            return error;
        }
        catch (Exception) when (producer.Stopped.IsCancellationRequested)
        {
            return PublishFailure.Disposed(topic.Topic);
        }
        catch (TimeoutException)
        {
            return new BufferFullException(
                $"A record for {topic.Topic} was not taken: there was no room in the buffer for {producer.Options.BlockTimeout}.", topic.Topic, -1);
        }
    }

    async Task KnowAsync(long deadline)
    {
        if (topic.IsKnown) return;
        using var patience = new CancellationTokenSource(Left(deadline), producer.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, producer.Stopped);
        try
        {
            topic.Follow(await producer.View.TopicAsync(topic.Topic, create: true, both.Token));
        }
        catch (BrokerException error)
        {
            throw new NoPartitionException($"{topic.Topic} has no partition to write to: {error.Message}", topic.Topic, -1, error.Error, error);
        }
        catch (OperationCanceledException error) when (patience.IsCancellationRequested)
        {
            throw new NoPartitionException(
                $"{topic.Topic} has no partition to write to: brokers did not show or create it within {producer.Options.BlockTimeout}.", topic.Topic, -1, cause: error);
        }
    }

    async Task<TopicView> LookAsync(long deadline)
    {
        var view = await producer.View.RefreshAsync($"a partition of {topic.Topic} is wanted", producer.Stopped)
            .WaitAsync(Left(deadline), producer.Clock, producer.Stopped);
        return view.Topics.TryGetValue(topic.Topic, out var known) ? known : throw NoSuchPartition(null);
    }

    NoPartitionException NoSuchPartition(int? partition) => new(
        $"A record for {topic.Topic} was not written: it is for partition {partition?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "(chosen)"}, and there are {topic.Lanes.Length}, from 0 on.",
        topic.Topic, partition ?? -1);

    Task Within(long deadline, Task task) => task.WaitAsync(Left(deadline), producer.Clock, producer.Stopped);

    TimeSpan Left(long deadline)
    {
        var left = producer.Clock.GetElapsedTime(producer.Clock.GetTimestamp(), deadline);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    sealed record Guest(ProducerRecord Record, IReceiver Receiver, int Number, long Deadline)
    {
        public long Charged { get; init; }

        /// <summary>Told when somebody blocks; he tells the receiver himself.</summary>
        public TaskCompletionSource<PublishException?>? Admitted { get; init; }

        public void End(PublishException? why)
        {
            if (Admitted is not null) Admitted.TrySetResult(why);
            else if (why is not null) Receiver.Refused(why, Record, Number);
        }
    }
}
