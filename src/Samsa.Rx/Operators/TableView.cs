using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Concurrency;

namespace Samsa.Rx;

/// <summary>What one observer of a table has not been told yet: of each key the latest, in the order in which the keys first changed.</summary>
sealed class TableView<TKey, TValue> : IDisposable
    where TKey : notnull
{
    // Others may want the scheduler, too.
    const int AtOnce = 256;

    readonly IObserver<TableChange<TKey, TValue>> observer;
    readonly Func<TKey, bool>? filter;
    readonly IScheduler scheduler;
    readonly Lock gate = new();
    readonly LinkedList<Pending> line = new();
    readonly Dictionary<TKey, LinkedListNode<Pending>> byKey;
    readonly SerialDisposable scheduled = new();
    Exception? failure;
    bool ended, closed;
    int isScheduled;

    public TableView(IObserver<TableChange<TKey, TValue>> observer, Func<TKey, bool>? filter, TableOptions<TKey> options)
    {
        (this.observer, this.filter, scheduler) = (observer, filter, options.Scheduler);
        byKey = new(options.Comparer);
    }

    /// <summary>A key has changed. The observer is told later.</summary>
    /// <param name="key">The key.</param>
    /// <param name="before">What it had.</param>
    /// <param name="current">What it has.</param>
    /// <param name="partition">Where that was read.</param>
    /// <param name="offset">Where that was read.</param>
    /// <param name="isSaidAnyway">Whether that there is nothing is told, even when nothing was there.</param>
    public void Put(TKey key, Optional<TValue> before, Optional<TValue> current, int partition, long offset, bool isSaidAnyway = false)
    {
        lock (gate)
        {
            if (closed || ended) return;
            if (!byKey.TryGetValue(key, out var node))
            {
                byKey.Add(key, line.AddLast(new Pending(key, before, current, partition, offset, isSaidAnyway)));
                return;
            }

            // What the observer knows is what it was told last, not what it was spared.
            node.ValueRef = node.ValueRef with { Current = current, Partition = partition, Offset = offset };
            if (node.ValueRef.IsNothing) Remove(node);
        }
    }

    /// <summary>No more changes: the end comes behind what there is.</summary>
    public void End(Exception? error)
    {
        lock (gate)
        {
            if (ended) return;
            (ended, failure) = (true, error);
        }
    }

    /// <summary>There may be something to tell.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref isScheduled, 1) == 0) Schedule();
    }

    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            line.Clear();
            byKey.Clear();
        }

        scheduled.Dispose();
    }

    void Schedule()
    {
        var slot = new SingleAssignmentDisposable();
        scheduled.Disposable = slot;
        slot.Disposable = scheduler.Schedule(this, static (_, view) =>
        {
            view.Tell();
            return Disposable.Empty;
        });
    }

    void Tell()
    {
        for (var i = 0; i < AtOnce; i++)
        {
            if (TryTake(out var pending, out var isEnd))
            {
                if (!Tell(pending)) return;
            }
            else if (isEnd)
            {
                if (failure is null) observer.OnCompleted();
                else observer.OnError(failure);
                return;
            }
            else
            {
                Interlocked.Exchange(ref isScheduled, 0);
                // Something may have come before this could be seen.
                if (IsIdle() || Interlocked.Exchange(ref isScheduled, 1) != 0) return;
            }
        }

        Schedule();
    }

    bool Tell(in Pending pending)
    {
        try
        {
            if (filter is not null && !filter(pending.Key)) return true;
        }
        catch (Exception error)
        {
            Dispose();
            observer.OnError(error);
            return false;
        }

        observer.OnNext(pending.AsChange());
        return true;
    }

    bool TryTake(out Pending pending, out bool isEnd)
    {
        lock (gate)
        {
            pending = default;
            isEnd = ended && !closed && line.Count == 0;
            if (closed || line.First is not { } node) return false;
            pending = node.Value;
            Remove(node);
            return true;
        }
    }

    bool IsIdle()
    {
        lock (gate) return closed || (line.Count == 0 && !ended);
    }

    void Remove(LinkedListNode<Pending> node)
    {
        line.Remove(node);
        byKey.Remove(node.ValueRef.Key);
    }

    /// <summary>What an observer is to be told of a key.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Known">What the observer knows.</param>
    /// <param name="Current">What is so.</param>
    /// <param name="Partition">Where that was read.</param>
    /// <param name="Offset">Where that was read.</param>
    /// <param name="IsSaidAnyway">Whether it is told when it is that there is nothing, and was nothing.</param>
    readonly record struct Pending(
        TKey Key, Optional<TValue> Known, Optional<TValue> Current, int Partition, long Offset, bool IsSaidAnyway)
    {
        public bool IsNothing => !IsSaidAnyway && !Known.HasValue && !Current.HasValue;

        public TableChange<TKey, TValue> AsChange()
        {
            var reason = !Current.HasValue ? ChangeReason.Remove : Known.HasValue ? ChangeReason.Update : ChangeReason.Add;
            return new(reason, Key, Known, Current, Partition, Offset);
        }
    }
}
