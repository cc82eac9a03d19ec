namespace Samsa.Rx;

/// <summary>The last before the observer of a reading: when it returns, the record is dealt with unless it was kept.</summary>
sealed class Acknowledging(IObserver<KafkaRecord> observer) : IObserver<KafkaRecord>
{
    public void OnNext(KafkaRecord value)
    {
        var origin = value.Origin;
        var offset = origin.Begin(value);
        observer.OnNext(value);
        origin.End(offset);
    }

    public void OnError(Exception error) => observer.OnError(error);

    public void OnCompleted() => observer.OnCompleted();
}
