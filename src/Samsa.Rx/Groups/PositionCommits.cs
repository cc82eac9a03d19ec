using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.ExceptionServices;

namespace Samsa.Rx;

/// <summary>Commits the newest positions, one commit at a time.</summary>
sealed class PositionCommits(
    IObservable<PartitionPosition> positions,
    Func<IReadOnlyCollection<PartitionPosition>, CancellationToken, ValueTask> commit,
    TimeSpan? interval,
    long enough,
    IScheduler scheduler) : ObservableBase<CommittedPositions>
{
    protected override IDisposable SubscribeCore(IObserver<CommittedPositions> observer)
    {
        var writer = new Writer(commit, enough, scheduler, observer);
        var timer = interval is { } period ? scheduler.SchedulePeriodic(period, writer.Tick) : Disposable.Empty;
        return StableCompositeDisposable.Create(positions.SubscribeSafe(writer), timer, writer);
    }

    /// <summary>Who writes says so before it begins, so that everything is told by one at a time.</summary>
    sealed class Writer(
        Func<IReadOnlyCollection<PartitionPosition>, CancellationToken, ValueTask> commit, long enough, IScheduler scheduler,
        IObserver<CommittedPositions> observer)
        : IObserver<PartitionPosition>, IDisposable
    {
        readonly Lock gate = new();
        readonly CancellationTokenSource stop = new();
        readonly Dictionary<TopicPartition, long> waiting = [];
        readonly Dictionary<TopicPartition, long> newest = [];
        long moved;
        bool isWriting;
        bool isDue;
        bool hasEnded;
        bool isLast;
        Exception? error;

        public void OnNext(PartitionPosition value)
        {
            lock (gate)
            {
                moved += newest.TryGetValue(value.Partition, out var before) ? Math.Abs(value.Offset - before) : 1;
                newest[value.Partition] = waiting[value.Partition] = value.Offset;
                if (moved < enough) return;
                isDue = true;
            }

            Go();
        }

        public void OnError(Exception error)
        {
            this.error = error;
            OnCompleted();
        }

        public void OnCompleted()
        {
            lock (gate) hasEnded = true;
            Go();
        }

        public void Tick()
        {
            lock (gate) isDue = true;
            Go();
        }

        public void Dispose() => stop.Cancel();

        void Go()
        {
            lock (gate)
            {
                if (isWriting || stop.IsCancellationRequested) return;
                isWriting = true;
            }

            _ = RunAsync();
        }

        async Task RunAsync()
        {
            try
            {
                await WriteAsync().ConfigureAwait(false);
            }
            catch (Exception thrown)
            {
                // What an observer throws is not kept secret, as nowhere in Rx. He hears nothing more.
                stop.Cancel();
                scheduler.Schedule(ExceptionDispatchInfo.Capture(thrown).Throw);
            }
        }

        async Task WriteAsync()
        {
            while (Next() is { } due)
            {
                Exception? failed = null;
                try
                {
                    await commit(due, stop.Token).ConfigureAwait(false);
                }
                catch (Exception error)
                {
                    failed = error;
                }

                if (stop.IsCancellationRequested) return;
                if (failed is not null) PutBack(due);
                observer.OnNext(new(due, failed));
            }
        }

        /// <summary>What is to be written now; null when there is nothing, and then nobody writes.</summary>
        List<PartitionPosition>? Next()
        {
            bool isOver;
            lock (gate)
            {
                if ((isDue || hasEnded) && waiting.Count > 0)
                {
                    (isDue, isLast) = (false, hasEnded);
                    moved = 0;
                    var due = waiting.Select(position => new PartitionPosition(position.Key, position.Value)).ToList();
                    waiting.Clear();
                    return due;
                }

                isDue = false;
                isOver = hasEnded;
                // Who has told the end goes on writing, so that nobody tells anything after it.
                isWriting = isOver;
            }

            if (isOver && error is not null) observer.OnError(error);
            else if (isOver) observer.OnCompleted();
            return null;
        }

        void PutBack(List<PartitionPosition> due)
        {
            lock (gate)
            {
                // The last one is not tried for ever.
                if (isLast) return;
                foreach (var position in due) waiting.TryAdd(position.Partition, position.Offset);
            }
        }
    }
}
