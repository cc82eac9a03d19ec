namespace Samsa.Rx;

/// <summary>The last before the observer of a reading: when it returns, the record is dealt with unless it was kept.</summary>
/// <remarks>
/// An operator whose delegate throws disposes of its source and returns, and one that is disposed of from elsewhere lets nothing through any more and
/// returns. So a record does not count in whose call the reading was disposed of: it may not have come to where it is dealt with.
/// </remarks>
sealed class Acknowledging(IObserver<KafkaRecord> observer, CancellationToken abandoned) : IObserver<KafkaRecord>
{
    public void OnNext(KafkaRecord value)
    {
        var origin = value.Origin;
        var offset = origin.Begin(value);
        observer.OnNext(value);
        if (!abandoned.IsCancellationRequested) origin.End(offset);
    }

    public void OnError(Exception error) => observer.OnError(error);

    public void OnCompleted() => observer.OnCompleted();
}
