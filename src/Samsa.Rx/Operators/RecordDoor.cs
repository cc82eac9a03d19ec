namespace Samsa.Rx;

/// <summary>Where the records of one <c>ProduceTo</c> go.</summary>
interface IRecordDoor
{
    /// <summary>Takes a record, and waits for room if need be. How it ends is told by its number.</summary>
    /// <exception cref="ObjectDisposedException">The client is closed; nothing will be told of this record.</exception>
    void Publish(in ProducerRecord record, int number);

    /// <summary>There are no more for now: what was taken goes without lingering.</summary>
    void Flush();

    /// <summary>There are no more at all. What was taken is still sent, and told of. More than once is as good as once.</summary>
    void Close();
}

/// <summary>Who is told how records ended that went through an <see cref="IRecordDoor"/>.</summary>
interface IDeliveries
{
    /// <summary>A record has ended. From any thread; returns at once.</summary>
    void Ended(int number, in DeliveryReport report);

    /// <summary>Some have ended: now is the time to look. From any thread; returns at once.</summary>
    void Wake();
}

/// <summary>The door to a topic: a producer's.</summary>
sealed class TopicDoor : IRecordDoor, IReceiver
{
    readonly IDeliveries deliveries;
    readonly Producers producers;
    readonly Producer producer;
    readonly TopicLanes lanes;
    int open;

    /// <exception cref="ArgumentException">The options contradict themselves.</exception>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public TopicDoor(Topic topic, SinkOptions? options, IDeliveries deliveries)
    {
        (this.deliveries, producers) = (deliveries, topic.Producers);
        var isOwn = !producers.IsShared(options);
        producer = isOwn ? producers.Open(options!) : producers.Shared;
        lanes = producer.LanesOf(topic.Name);
        open = isOwn ? 1 : 0;
    }

    public bool IsNumbered => true;

    public void Publish(in ProducerRecord record, int number)
    {
        if (lanes.Publish(record, this, number) is { } why) Refused(why, record, number);
    }

    public void Settled(OutgoingBatch batch, in Run run)
    {
        for (var i = 0; i < run.Count; i++) deliveries.Ended(unchecked(run.Number + i), batch.ReportOf(run.First + i));
        deliveries.Wake();
    }

    public void Refused(PublishException why, in ProducerRecord record, int number)
    {
        deliveries.Ended(number, new(why.Outcome, lanes.Topic, record.Partition ?? -1, -1, record.Timestamp ?? -1, why, record.Tag));
        deliveries.Wake();
    }

    public void Flush() => _ = Task.Run(() => producer.FlushAsync([lanes], CancellationToken.None));

    public void Close()
    {
        if (Interlocked.Exchange(ref open, 0) == 1) _ = Task.Run(() => producers.CloseAsync(producer, producer.Options.FlushTimeout).AsTask());
    }
}
