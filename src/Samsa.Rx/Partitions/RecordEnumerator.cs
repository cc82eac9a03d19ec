namespace Samsa.Rx;

/// <summary>The pull face of a session: goes from record to record, and waits only when none is ready. Nothing is allocated for a record.</summary>
/// <param name="open">Begins the reading, when the first record is asked for.</param>
/// <param name="ct">Ends it.</param>
/// <param name="owned">What is to be disposed with it.</param>
sealed class RecordEnumerator(Func<FetchSession> open, CancellationToken ct, IDisposable? owned = null) : IAsyncEnumerator<KafkaRecord>
{
    FetchSession? session;
    bool tracks;
    RecordFeed feed;
    ReadyBatch batch;
    bool hasBatch;

    public KafkaRecord Current { get; private set; }

    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ValueTask<bool> MoveNextAsync()
    {
        // Who asks for the next record has dealt with the one before, or has deferred it.
        if (hasBatch && tracks) batch.Reader.Origin.End(feed.Next - 1);
        if (hasBatch && !ct.IsCancellationRequested && Step(session!)) return new(true);
        return FindAsync(session ??= Open());
    }

    public ValueTask DisposeAsync()
    {
        hasBatch = false;
        Current = default;
        session?.Stop();
        owned?.Dispose();
        return ValueTask.CompletedTask;
    }

    FetchSession Open()
    {
        var opened = open();
        tracks = opened.Options.AckMode != AckMode.None;
        return opened;
    }

    async ValueTask<bool> FindAsync(FetchSession session)
    {
        await default(OffContext);
        do
        {
            ct.ThrowIfCancellationRequested();
            GiveBack(session);
            while (!session.TryTake(out batch))
                if (!await session.WaitAsync(ct))
                    return false;
            // Between two records anybody may look, from anywhere, and for as long as he likes.
            batch.Batch.Frame?.TakeBack();
            (hasBatch, feed) = (true, new(batch));
        }
        while (!Step(session));
        return true;
    }

    bool Step(FetchSession session)
    {
        if (feed.TryNext(out var record))
        {
            Current = record;
            if (tracks) batch.Reader.Origin.Begin(record);
            return true;
        }

        if (feed.Damage is { } damage) session.Spoiled(batch, feed.Next, damage);
        else if (!batch.Reader.IsGone) batch.Reader.Origin.SkipTo(batch.DoneAt);
        return false;
    }

    void GiveBack(FetchSession session)
    {
        if (!hasBatch) return;
        hasBatch = false;
        session.Return(batch);
    }
}
