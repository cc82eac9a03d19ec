namespace Samsa.Rx;

/// <summary>What happens, told to whoever listens: hot, and no listener can hold up the client or another listener.</summary>
sealed class KafkaEvents : IObservable<KafkaEvent>
{
    /// <summary>How many events may wait for one slow listener. Then the oldest go, and it is told how many.</summary>
    const int Most = 1024;

    readonly TimeProvider clock;
    readonly Turns<KafkaEvent> listeners;

    public KafkaEvents(TimeProvider clock)
    {
        this.clock = clock;
        listeners = new(Most, replayLatest: false, error => Post(new ObserverFailed(Now, "Events", error)), count => new EventsDropped(Now, count));
    }

    /// <summary>The time of an event that happens now.</summary>
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Tells an event. Returns at once; listeners are called from the thread pool.</summary>
    public void Post(KafkaEvent happened) => listeners.Post(happened);

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<KafkaEvent> observer) => listeners.Subscribe(observer);

    /// <summary>No more events.</summary>
    public void Complete() => listeners.Complete();
}
