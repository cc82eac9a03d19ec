namespace Samsa.Rx;

/// <summary>A topic as a sequence that is pulled: each enumeration is a reading of its own, which begins when it is first asked.</summary>
sealed class RecordSequence(ReadingPlan plan, CancellationToken given) : IAsyncEnumerable<KafkaRecord>
{
    public IAsyncEnumerator<KafkaRecord> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (!given.CanBeCanceled) return Open(null, cancellationToken);
        if (!cancellationToken.CanBeCanceled || cancellationToken == given) return Open(null, given);
        var both = CancellationTokenSource.CreateLinkedTokenSource(given, cancellationToken);
        return Open(both, both.Token);
    }

    RecordEnumerator Open(IDisposable? owned, CancellationToken ct) => new(() => new Reading(plan).Open(), ct, owned);
}
