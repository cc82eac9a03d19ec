using System.Collections.Concurrent;
using System.Reactive.Disposables;

namespace Samsa.Rx;

/// <summary>
/// One reading of partitions that come and go: begins when it is subscribed to, which can be done once, and tells meanwhile which partitions it reads and how far they are dealt with.
/// </summary>
/// <remarks>
/// This is the whole path from the cluster to the observer: assignments, merged by assignment, each partition a stream of one fetch session, whose pump calls the observer.
/// </remarks>
public sealed class Reading : IObservable<KafkaRecord>
{
    readonly ReadingPlan plan;
    readonly Turns<PartitionAssignment> assignments;
    readonly PositionStream positions;
    int begun;

    internal Reading(ReadingPlan plan)
    {
        this.plan = plan;
        var events = plan.Readers.Events;
        assignments = new(most: 1, replayLatest: true, error => events.Post(new ObserverFailed(events.Now, $"Assignments of {plan.Observed}", error)));
        positions = new(error => events.Post(new ObserverFailed(events.Now, $"Positions of {plan.Observed}", error)));
    }

    /// <summary>
    /// Which partitions are read. Hot: begins with the present assignment; an observer that is slow gets the newest one next. Ends when the reading does.
    /// </summary>
    public IObservable<PartitionAssignment> Assignments => assignments;

    /// <summary>
    /// How far each partition is dealt with: what a commit would say. Hot: begins with the present position of each; then tells those that have moved, batch by batch,
    /// and as kept records are dealt with. An observer that is slow gets the newest of each partition. Ends when the reading does, after the last positions.
    /// </summary>
    public IObservable<PartitionPosition> Positions => positions;

    /// <summary>Begins the reading.</summary>
    /// <param name="observer">Who is called for each record; <see cref="Topic.AsObservable"/> says how.</param>
    /// <returns>Ends the reading.</returns>
    /// <exception cref="InvalidOperationException">It was begun already.</exception>
    public IDisposable Subscribe(IObserver<KafkaRecord> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        Driver driver;
        try
        {
            driver = Begin();
        }
        catch (ObjectDisposedException closed)
        {
            End();
            observer.OnError(closed);
            return Disposable.Empty;
        }

        var subscription = driver.Drive(observer, isPushed: true);
        // Never on the caller's thread: a subscription returns at once, whatever the observer does.
        _ = Task.Run(() => DeliverAsync(driver));
        return Disposable.Create((driver.Session, subscription), static given =>
        {
            given.Session.Abandon();
            given.subscription.Dispose();
        });
    }

    /// <summary>Begins the reading, and tells when it has ended.</summary>
    /// <param name="observer">Who is called for each record.</param>
    /// <param name="ct">Ends it gracefully: the record that is being handled is the last one.</param>
    internal Task RunAsync(IObserver<KafkaRecord> observer, CancellationToken ct)
    {
        var driver = Begin();
        return Task.Run(() => RunAsync(driver, observer, ct), CancellationToken.None);
    }

    /// <summary>Begins the reading for somebody who pulls its records.</summary>
    internal FetchSession Open()
    {
        var driver = Begin();
        driver.Drive(System.Reactive.Observer.Create<KafkaRecord>(static _ => { }, error => driver.Session.Fail(() => error)), isPushed: false);
        return driver.Session;
    }

    Driver Begin()
    {
        if (Interlocked.Exchange(ref begun, 1) != 0)
            throw new InvalidOperationException("This reading has been begun already; AsObservable gives a source that can be subscribed to many times.");
        var session = plan.Readers.Open(plan.Options);
        positions.Follow(session);
        return new(this, session);
    }

    void End()
    {
        assignments.Complete();
        positions.Complete();
    }

    static async Task DeliverAsync(Driver driver)
    {
        try
        {
            await driver.DeliverAsync();
        }
        catch (Exception)
        {
            // The observer was told, or it threw itself and the events and the log were.
        }
    }

    static async Task RunAsync(Driver driver, IObserver<KafkaRecord> observer, CancellationToken ct)
    {
        var subscription = driver.Drive(observer, isPushed: true);
        await using var registered = ct.UnsafeRegister(static subscription => ((IDisposable)subscription!).Dispose(), subscription);
        await driver.DeliverAsync();
    }

    /// <summary>Takes assignments in, and has the session end when they do.</summary>
    sealed class Driver(Reading reading, FetchSession session) : IObservable<PartitionAssignment>, IObserver<PartitionAssignment>, IDisposable
    {
        readonly ConcurrentDictionary<TopicPartition, StartFrom> starts = new();
        readonly SingleAssignmentDisposable source = new();
        IObserver<PartitionAssignment>? merge;
        bool told;

        public FetchSession Session => session;

        ReadingPlan Plan => reading.plan;

        /// <summary>The heart of it.</summary>
        public IDisposable Drive(IObserver<KafkaRecord> observer, bool isPushed)
        {
            session.OnStop(isPushed ? source : this);
            return this.MergeByAssignment((partition, revoked) => Stream(partition, isPushed, revoked), Plan.Merging)
                .Subscribe(isPushed && Plan.Options.AckMode != AckMode.None ? new Acknowledging(observer, session.Abandoned) : observer);
        }

        public async Task DeliverAsync()
        {
            try
            {
                await new RecordDelivery(session, Plan.Observed, Ended).RunAsync();
            }
            finally
            {
                // After the last record: its position counts.
                Dispose();
            }
        }

        public IDisposable Subscribe(IObserver<PartitionAssignment> observer)
        {
            merge = observer;
            source.Disposable = Plan.Assignments.SubscribeSafe(this);
            return Disposable.Create(session, static session => session.Stop());
        }

        public void OnNext(PartitionAssignment value)
        {
            foreach (var (partition, start) in value.Starts) starts[partition] = start;
            // What is added by one assignment is asked for together.
            using (session.Gather()) merge!.OnNext(value);
            reading.assignments.Post(value);
        }

        // What was read before is delivered first.
        public void OnError(Exception error) => session.Fail(() => Interlocked.Exchange(ref told, true) ? Another(error) : error);

        // What is assigned stays so.
        public void OnCompleted() => session.Seal();

        public void Dispose()
        {
            source.Dispose();
            reading.End();
        }

        PartitionStream Stream(TopicPartition partition, bool isPushed, CancellationToken revoked) =>
            new(session, partition, starts.TryRemove(partition, out var start) ? start : null, isPushed, revoked);

        // Each who is told gets an exception of his own: to throw one changes it.
        static KafkaException Another(Exception error) => error switch
        {
            TopicNotFoundException missing => new TopicNotFoundException(missing.Topic, missing.Message),
            BrokerException refused => new BrokerException(refused.Error, refused.Asked),
            _ => new KafkaException(error.Message, error),
        };

        void Ended(Exception? error)
        {
            if (error is null) merge!.OnCompleted();
            else merge!.OnError(error);
        }
    }
}
