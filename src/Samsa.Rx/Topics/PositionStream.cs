using System.Reactive.Disposables;

namespace Samsa.Rx;

/// <summary>The positions of a reading as a hot stream: each observer has a turn of its own, and is told what has moved since it was told last.</summary>
/// <param name="failed">Told when an observer throws.</param>
sealed class PositionStream(Action<Exception> failed) : IObservable<PartitionPosition>
{
    readonly Turns<IReadOnlyList<PartitionPosition>> all = new(most: 1, replayLatest: true, failed);
    int followed;
    FetchSession? session;
    Task watching = Task.CompletedTask;

    /// <summary>Has the positions of a session told, once somebody wants to know them.</summary>
    public void Follow(FetchSession given)
    {
        Volatile.Write(ref session, given);
        Begin();
    }

    public void Complete() => _ = CompleteAsync();

    public IDisposable Subscribe(IObserver<PartitionPosition> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var moves = new Moves(observer);
        var subscription = StableCompositeDisposable.Create(moves, all.Subscribe(moves));
        Interlocked.CompareExchange(ref followed, 1, 0);
        Begin();
        return subscription;
    }

    // Nothing is counted before somebody has subscribed.
    void Begin()
    {
        if (Volatile.Read(ref session) is not { } known || Interlocked.CompareExchange(ref followed, 2, 1) != 1) return;
        watching = Task.Run(() => known.WatchAsync(() => all.Post(known.Positions)));
    }

    async Task CompleteAsync()
    {
        await watching;
        if (session is { } known)
        {
            await known.SettleAsync();
            all.Post(known.Positions);
        }

        all.Complete();
    }

    /// <summary>Tells one observer what has moved.</summary>
    sealed class Moves(IObserver<PartitionPosition> observer) : IObserver<IReadOnlyList<PartitionPosition>>, IDisposable
    {
        readonly Dictionary<TopicPartition, long> told = [];
        volatile bool gone;

        /// <summary>Tells nothing more, not even what has moved together with what is being told.</summary>
        public void Dispose() => gone = true;

        public void OnNext(IReadOnlyList<PartitionPosition> value)
        {
            foreach (var position in value)
            {
                if (gone) return;
                if (told.TryGetValue(position.Partition, out var before) && before == position.Offset) continue;
                told[position.Partition] = position.Offset;
                observer.OnNext(position);
            }
        }

        public void OnError(Exception error) => observer.OnError(error);

        public void OnCompleted() => observer.OnCompleted();
    }
}
