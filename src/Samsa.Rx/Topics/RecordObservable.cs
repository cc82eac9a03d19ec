namespace Samsa.Rx;

/// <summary>A topic as a cold source: each subscription is a reading of its own.</summary>
/// <remarks>
/// Written by hand, because <c>ObservableBase</c> would put two more calls and a trampoline between the bytes and the observer. The
/// grammar is kept by <see cref="RecordDelivery"/>.
/// </remarks>
sealed class RecordObservable(Readers readers, string topic, ConsumeOptions? options) : IObservable<KafkaRecord>
{
    public IDisposable Subscribe(IObserver<KafkaRecord> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        FetchSession session;
        try
        {
            session = readers.Open(topic, options);
        }
        catch (ObjectDisposedException closed)
        {
            observer.OnError(closed);
            return System.Reactive.Disposables.Disposable.Empty;
        }

        var delivery = new RecordDelivery(session, observer, topic);
        // Never on the caller's thread: a subscription returns at once, whatever the observer does.
        _ = Task.Run(() => DeliverAsync(delivery));
        return delivery;
    }

    static async Task DeliverAsync(RecordDelivery delivery)
    {
        try
        {
            await delivery.RunAsync(CancellationToken.None);
        }
        catch (Exception)
        {
            // The observer was told, or it threw itself and the events and the log were.
        }
    }
}
