using System.Reactive.Disposables;

namespace Samsa.Rx;

/// <summary>One partition of a session as a stream: subscribing takes the partition in, disposing gives it up. Its session's pump pushes its records.</summary>
/// <param name="session">The session.</param>
/// <param name="id">The partition.</param>
/// <param name="start">Where its reading begins; null for where it was left.</param>
/// <param name="isPushed">Whether there is a pump; otherwise its records are pulled, and this stream tells nothing.</param>
/// <param name="revoked">Has it read no further, and end when what was delivered is dealt with.</param>
sealed class PartitionStream(FetchSession session, TopicPartition id, StartFrom? start, bool isPushed, CancellationToken revoked) : IObservable<KafkaRecord>
{
    public IDisposable Subscribe(IObserver<KafkaRecord> observer)
    {
        // Only the merge of a reading subscribes, and it takes a batch in one turn.
        var reader = session.Add(id, start, isPushed ? (IFeedObserver<KafkaRecord>)observer : null);
        var draining = revoked.UnsafeRegister(_ => session.Drain(reader), null);
        return Disposable.Create(() =>
        {
            // Not Dispose: it would wait for a drain that ends in this very call.
            draining.Unregister();
            session.Remove(reader);
        });
    }
}
