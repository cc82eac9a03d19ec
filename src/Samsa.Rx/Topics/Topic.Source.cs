namespace Samsa.Rx;

/// <content>The topic as a source.</content>
public sealed partial class Topic
{
    /// <summary>The records of the topic, pushed.</summary>
    /// <param name="options">What is read and how; null for <see cref="KafkaOptions.Consume"/> of the client.</param>
    /// <returns>The records. Within a partition in the order of their offsets; partitions take turns, batch by batch.</returns>
    /// <remarks>
    /// <para>Temperature: cold. Each subscription is a reading of its own with its own connections; two subscriptions read everything twice.
    /// Use <c>Publish()</c> to share one.</para>
    /// <para>Scheduler: one task per subscription on the thread pool; subscribing returns at once. Calls to an observer never overlap.</para>
    /// <para>Buffering: batches are read ahead within <see cref="ConsumeOptions.BufferedRecords"/> and <see cref="ConsumeOptions.BufferedBytes"/>.
    /// An observer that blocks in <c>OnNext</c> stops the fetches; this holds as far as the operators behind it are synchronous.</para>
    /// <para>Ends: completes with <see cref="ConsumeOptions.UntilEnd"/>, otherwise never. <c>OnError</c> means that reading cannot go on
    /// (<see cref="CorruptRecordException"/>, <see cref="OffsetOutOfRangeException"/>, <see cref="TopicNotFoundException"/>,
    /// <see cref="BrokerException"/>); lost brokers and moved leaders are dealt with and told on <see cref="Kafka.Events"/>. An observer that throws ends its
    /// subscription, is told as <see cref="ObserverFailed"/> event and logged. Disposing is prompt and forgets what was not delivered.</para>
    /// </remarks>
    public IObservable<KafkaRecord> AsObservable(ConsumeOptions? options = null) => new ReadingSource(Plan(options));

    /// <summary>One reading of the topic that tells about itself: which partitions it reads, and how far they are dealt with.</summary>
    /// <param name="options">What is read and how; null for <see cref="KafkaOptions.Consume"/> of the client.</param>
    /// <returns>The reading. It begins when it is subscribed to, which can be done once.</returns>
    public Reading Read(ConsumeOptions? options = null) => new(Plan(options));

    /// <summary>The records of the topic, pulled. Nothing is read before the first record is asked for.</summary>
    /// <param name="options">What is read and how; null for <see cref="KafkaOptions.Consume"/> of the client.</param>
    /// <param name="ct">Ends each enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The records, as <see cref="AsObservable"/> orders them. Each enumeration is a reading of its own; leaving the loop ends it.</returns>
    public IAsyncEnumerable<KafkaRecord> AsAsyncEnumerable(ConsumeOptions? options = null, CancellationToken ct = default) =>
        new RecordSequence(Plan(options), ct);

    /// <summary>Reads the topic and calls an observer for each record, until everything is read, it is cancelled, or something fails.</summary>
    /// <param name="observer">Who is called. It is told how the reading ends, unless that was by cancelling.</param>
    /// <param name="options">What is read and how; null for <see cref="KafkaOptions.Consume"/> of the client.</param>
    /// <param name="ct">Ends it gracefully: the record that is being handled is the last one.</param>
    /// <returns>
    /// A task that ends when the last call has returned. It does not fail by being cancelled; it fails with what the observer throws, or with
    /// what ended the reading.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="observer"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public Task RunAsync(IObserver<KafkaRecord> observer, ConsumeOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Read(options).RunAsync(observer, ct);
    }

    /// <summary>Reads the topic and calls a function for each record, until everything is read, it is cancelled, or something fails.</summary>
    /// <param name="handle">What is called for each record, one after the other.</param>
    /// <param name="options">What is read and how; null for <see cref="KafkaOptions.Consume"/> of the client.</param>
    /// <param name="ct">Ends it gracefully: the record that is being handled is the last one.</param>
    /// <returns>
    /// A task that ends when the last call has returned. It does not fail by being cancelled; it fails with what the function throws, or with
    /// what ended the reading.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="handle"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public Task RunAsync(Action<KafkaRecord> handle, ConsumeOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return RunAsync(new Handling(handle), options, ct);
    }

    /// <summary>
    /// Reads the topic and calls an asynchronous function for each record, until everything is read, it is cancelled, or something fails. The next
    /// record waits until the function has ended.
    /// </summary>
    /// <param name="handle">What is called for each record. Its token is <paramref name="ct"/>: it may end early then, by throwing, too.</param>
    /// <param name="options">What is read and how; null for <see cref="KafkaOptions.Consume"/> of the client.</param>
    /// <param name="ct">Ends it gracefully: the record that is being handled is the last one.</param>
    /// <returns>
    /// A task that ends when the last call has returned. It does not fail by being cancelled; it fails with what the function throws, or with
    /// what ended the reading.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="handle"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public Task RunAsync(Func<KafkaRecord, CancellationToken, ValueTask> handle, ConsumeOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var session = Read(options).Open();
        return Task.Run(() => HandleAsync(session, handle, ct), CancellationToken.None);
    }

    ReadingPlan Plan(ConsumeOptions? options) => ReadingPlan.Of(readers, Name, options);

    async Task HandleAsync(FetchSession session, Func<KafkaRecord, CancellationToken, ValueTask> handle, CancellationToken ct)
    {
        await using var records = new RecordEnumerator(() => session, ct);
        var isHandling = false;
        try
        {
            while (await records.MoveNextAsync())
            {
                isHandling = true;
                await handle(records.Current, ct);
                isHandling = false;
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // A graceful end.
        }
        catch (Exception error) when (isHandling)
        {
            session.ObserverFailed(Name, error);
            throw;
        }
    }

    /// <summary>A function as an observer that leaves it to the task to tell how the reading ended.</summary>
    sealed class Handling(Action<KafkaRecord> handle) : IObserver<KafkaRecord>
    {
        public void OnNext(KafkaRecord value) => handle(value);

        public void OnError(Exception error)
        {
        }

        public void OnCompleted()
        {
        }
    }
}
