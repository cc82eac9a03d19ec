namespace Samsa.Rx;

/// <summary>Partitions as a cold source: each subscription is a reading of its own.</summary>
sealed class ReadingSource(ReadingPlan plan) : IObservable<KafkaRecord>
{
    public IDisposable Subscribe(IObserver<KafkaRecord> observer) => new Reading(plan).Subscribe(observer);
}
