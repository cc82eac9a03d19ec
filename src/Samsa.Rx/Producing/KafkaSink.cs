namespace Samsa.Rx;

/// <summary>A topic that a stream can be subscribed to: <c>stream.Subscribe(topic.AsObserver())</c>. Takes records, texts (in UTF-8) and bytes.</summary>
/// <remarks>
/// <c>OnNext</c> copies the record into a batch and returns; what it does when the buffer is full is told by <see cref="SinkOptions.Overflow"/>.
/// It does not throw for a record that cannot be written: that is reported, and the next record is as welcome as the last.
/// <c>OnCompleted</c> and <c>OnError</c> send what was taken and then end <see cref="Reports"/> and <see cref="Completion"/>; nothing is taken after them.
/// </remarks>
public sealed class KafkaSink : IObserver<ProducerRecord>, IObserver<string>, IObserver<ReadOnlyMemory<byte>>, IObserver<byte[]>, IAsyncDisposable
{
    readonly Producers producers;
    readonly Producer producer;
    readonly bool isOwn;
    readonly TopicLanes lanes;
    readonly ReportStream reports;
    readonly TaskCompletionSource<DeliveryCounts> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int ended;
    bool disposed;

    internal KafkaSink(Producers producers, string topic, SinkOptions? options)
    {
        this.producers = producers;
        isOwn = !producers.IsShared(options);
        producer = isOwn ? producers.Open(options!) : producers.Shared;
        lanes = producer.LanesOf(topic);
        reports = new(topic, producers.Events);
    }

    /// <summary>The topic.</summary>
    public string Topic => lanes.Topic;

    /// <summary>
    /// How each record ended, in the order of the records of a partition; it never fails and ends after the last one. Hot: what ended before the
    /// subscription is not told. An observer that is slow holds back the buffer, and so whoever publishes.
    /// </summary>
    public IObservable<DeliveryReport> Reports => reports;

    /// <summary>How many records have ended how so far.</summary>
    public DeliveryCounts Counts => reports.Counts;

    /// <summary>
    /// Ends when the stream has completed and everything that was taken has come to its end: look at the counts to see how. Fails when
    /// the stream failed, with its error, after what was taken before has come to its end.
    /// </summary>
    public Task<DeliveryCounts> Completion => completion.Task;

    /// <summary>Takes a record.</summary>
    /// <param name="value">The record. Its bytes may be changed when the call has returned.</param>
    /// <exception cref="ObjectDisposedException">The sink or its client was disposed of.</exception>
    public void OnNext(ProducerRecord value) => Take(value);

    /// <summary>Takes a record with this text as its value.</summary>
    /// <param name="value">The text.</param>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is <c>null</c>: a null value is written with a <see cref="ProducerRecord"/>.</exception>
    /// <exception cref="ObjectDisposedException">The sink or its client was disposed of.</exception>
    public void OnNext(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        using var bytes = new TextBytes(value);
        Take(new ProducerRecord(bytes.Memory));
    }

    /// <summary>Takes a record with these bytes as its value.</summary>
    /// <param name="value">The bytes, which may be changed when the call has returned.</param>
    /// <exception cref="ObjectDisposedException">The sink or its client was disposed of.</exception>
    public void OnNext(ReadOnlyMemory<byte> value) => Take(new ProducerRecord(value));

    /// <summary>Takes a record with these bytes as its value.</summary>
    /// <param name="value">The bytes, which may be changed when the call has returned.</param>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is <c>null</c>: a null value is written with a <see cref="ProducerRecord"/>.</exception>
    /// <exception cref="ObjectDisposedException">The sink or its client was disposed of.</exception>
    public void OnNext(byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Take(new ProducerRecord((ReadOnlyMemory<byte>?)value));
    }

    /// <summary>The stream has ended: what was taken is sent, then <see cref="Completion"/> ends.</summary>
    public void OnCompleted() => End(null);

    /// <summary>The stream has failed: what was taken is sent, then <see cref="Completion"/> fails with the error.</summary>
    /// <param name="error">The error.</param>
    /// <exception cref="ArgumentNullException"><paramref name="error"/> is <c>null</c>.</exception>
    public void OnError(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        End(error);
    }

    /// <summary>Waits until everything that was taken until now has come to its end. Nothing lingers meanwhile.</summary>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>A task that ends then.</returns>
    public Task FlushAsync(CancellationToken ct = default) => producer.FlushAsync([lanes], ct);

    /// <summary>Ends the stream as <see cref="OnCompleted"/> does, and waits for it: at most for <see cref="SinkOptions.FlushTimeout"/>.</summary>
    /// <returns>A task that ends when all is told.</returns>
    public ValueTask DisposeAsync() => CloseAsync(producer.Options.FlushTimeout);

    /// <summary>Takes nothing more and sends what was taken, for as long as said. A sink with options of its own then gives up the rest and reports it
    /// as it stands; one that shares the client's producer leaves it to that.</summary>
    /// <param name="flush">How long; zero gives up at once.</param>
    /// <returns>A task that ends then.</returns>
    public async ValueTask CloseAsync(TimeSpan flush)
    {
        Volatile.Write(ref disposed, true);
        await default(OffContext);
        if (isOwn) await producers.CloseAsync(producer, flush);
        End(null);
        await ((Task)completion.Task.WaitAsync(flush + TimeSpan.FromSeconds(1), producer.Clock)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    void Take(in ProducerRecord record)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref disposed), this);
        // After its end a stream has nothing to say.
        if (Volatile.Read(ref ended) != 0) return;
        if (lanes.Publish(record, reports, 0) is { } why) reports.Refused(why, record, 0);
    }

    void End(Exception? error)
    {
        if (Interlocked.Exchange(ref ended, 1) == 0) _ = Task.Run(() => EndAsync(error));
    }

    async Task EndAsync(Exception? error)
    {
        // Everything taken comes to an end by the delivery timeout, if not before.
        await producer.FlushAsync([lanes], CancellationToken.None);
        await reports.CompleteAsync();
        if (isOwn) await producers.CloseAsync(producer, TimeSpan.Zero);
        if (error is null) completion.TrySetResult(reports.Counts);
        else completion.TrySetException(error);
        // Who does not look at it has been told by the stream itself.
        _ = completion.Task.Exception;
    }
}
