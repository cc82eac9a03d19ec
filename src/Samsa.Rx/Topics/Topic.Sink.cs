namespace Samsa.Rx;

/// <content>The topic as a sink.</content>
public sealed partial class Topic
{
    TopicLanes? lanes;
    ReportStream? reports;

    /// <summary>
    /// How the records ended that were given to <see cref="Publish(in ProducerRecord)"/>, in the order of the records of a partition. Hot: tells from the
    /// subscription on. An observer that is slow holds back the buffer, and so whoever publishes.
    /// </summary>
    public IObservable<DeliveryReport> Reports => OwnReports;

    /// <summary>Writes a record, and tells where.</summary>
    /// <param name="record">The record. Its bytes must stay as they are until the task has ended.</param>
    /// <param name="ct">Stops waiting. The record may be written all the same.</param>
    /// <returns>Where it was written.</returns>
    /// <exception cref="PublishException">It was not written, or nobody knows: see <see cref="PublishException.Outcome"/>.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed of.</exception>
    public Task<Published> PublishAsync(ProducerRecord record, CancellationToken ct = default)
    {
        var awaited = new AwaitedRecord();
        OwnLanes.PublishLater(record, awaited, 0);
        return ct.CanBeCanceled ? awaited.Task.WaitAsync(ct) : awaited.Task;
    }

    /// <summary>Writes a record with this text as its value, and tells where.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ct">Stops waiting. The record may be written all the same.</param>
    /// <returns>Where it was written.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <c>null</c>: a null value is written with a <see cref="ProducerRecord"/>.</exception>
    /// <exception cref="PublishException">It was not written, or nobody knows: see <see cref="PublishException.Outcome"/>.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed of.</exception>
    public Task<Published> PublishAsync(string text, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PublishAsync(new ProducerRecord(text), ct);
    }

    /// <summary>Writes a record with these bytes as its value, and tells where.</summary>
    /// <param name="value">The bytes. They must stay as they are until the task has ended.</param>
    /// <param name="ct">Stops waiting. The record may be written all the same.</param>
    /// <returns>Where it was written.</returns>
    /// <exception cref="PublishException">It was not written, or nobody knows: see <see cref="PublishException.Outcome"/>.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed of.</exception>
    public Task<Published> PublishAsync(ReadOnlyMemory<byte> value, CancellationToken ct = default) =>
        PublishAsync(new ProducerRecord((ReadOnlyMemory<byte>?)value), ct);

    /// <inheritdoc cref="PublishAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is <c>null</c>: a null value is written with a <see cref="ProducerRecord"/>.</exception>
    public Task<Published> PublishAsync(byte[] value, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return PublishAsync(new ProducerRecord((ReadOnlyMemory<byte>?)value), ct);
    }

    /// <summary>Writes records in their order, and tells where. Those that name no partition and have no key all go to one.</summary>
    /// <param name="records">The records. Their bytes must stay as they are until the task has ended.</param>
    /// <param name="ct">Stops waiting. Records may be written all the same.</param>
    /// <returns>Where each was written, in the order of the records.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="records"/> is <c>null</c>.</exception>
    /// <exception cref="PublishException">The first that was not written, or of which nobody knows. Others may be written.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed of.</exception>
    public Task<IReadOnlyList<Published>> PublishAsync(IEnumerable<ProducerRecord> records, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        var all = records.ToArray();
        return all.Length == 0 ? Task.FromResult<IReadOnlyList<Published>>([]) : PublishAllAsync(OwnLanes, all).WaitAsync(ct);
    }

    /// <summary>Writes records with these texts as their values, in their order, all to one partition, and tells where.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="ct">Stops waiting. Records may be written all the same.</param>
    /// <returns>Where each was written, in the order of the texts.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="texts"/> is <c>null</c>, or one of them is.</exception>
    /// <exception cref="PublishException">The first that was not written, or of which nobody knows. Others may be written.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed of.</exception>
    public Task<IReadOnlyList<Published>> PublishAsync(IEnumerable<string> texts, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return PublishAsync(texts.Select(text => (ProducerRecord)text), ct);
    }

    /// <summary>Takes a record to be written and does not wait for it; <see cref="Reports"/> tell how it ends.</summary>
    /// <param name="record">The record. Its bytes may be changed when the call has returned.</param>
    /// <returns>Whether it was taken. One that was not is reported as <see cref="Outcome.NotPersisted"/>.</returns>
    /// <exception cref="BufferFullException">The buffer is full, and <see cref="SinkOptions.Overflow"/> is <see cref="Overflow.Fail"/>.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed of.</exception>
    public bool Publish(in ProducerRecord record)
    {
        if (OwnLanes.Publish(record, OwnReports, 0) is not { } why) return true;
        if (why is BufferFullException && producers.Shared.Options.Overflow is Overflow.Fail) throw why;
        OwnReports.Refused(why, record, 0);
        return false;
    }

    /// <summary>Takes a record with this text as its value, as <see cref="Publish(in ProducerRecord)"/> does.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it was taken.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <c>null</c>: a null value is written with a <see cref="ProducerRecord"/>.</exception>
    /// <exception cref="BufferFullException">The buffer is full, and <see cref="SinkOptions.Overflow"/> is <see cref="Overflow.Fail"/>.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed of.</exception>
    public bool Publish(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var bytes = new TextBytes(text);
        return Publish(new ProducerRecord(bytes.Memory));
    }

    /// <summary>Waits until everything that was published to this topic with the client's own options until now has come to its end. Nothing lingers meanwhile.</summary>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>A task that ends then.</returns>
    public Task FlushAsync(CancellationToken ct = default) => producers.Shared.FlushAsync([OwnLanes], ct);

    /// <summary>The topic as an observer, to subscribe a stream to.</summary>
    /// <param name="options">How records are written; <c>null</c> for <see cref="KafkaOptions.Produce"/>. With others the sink has a producer of its own until it ends.</param>
    /// <returns>The sink.</returns>
    /// <exception cref="ArgumentException">The options contradict themselves.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed of.</exception>
    public KafkaSink AsObserver(SinkOptions? options = null) => new(producers, Name, options);

    TopicLanes OwnLanes => lanes ??= producers.Shared.LanesOf(Name);

    ReportStream OwnReports => reports ?? Interlocked.CompareExchange(ref reports, new(Name, producers.Events), null) ?? reports;

    static async Task<IReadOnlyList<Published>> PublishAllAsync(TopicLanes lanes, ProducerRecord[] records)
    {
        var awaited = new AwaitedList(records.Length);
        // Not off the context: what is published next must not overtake.
        var one = await lanes.OneForAllAsync().ConfigureAwait(false);
        for (var i = 0; i < records.Length; i++)
        {
            ref var record = ref records[i];
            lanes.PublishLater(record is { Partition: null, Key: null } ? record with { Partition = one } : record, awaited, i);
        }

        return await awaited.Task.ConfigureAwait(false);
    }
}
