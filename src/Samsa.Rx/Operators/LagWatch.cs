using System.Collections.Concurrent;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.ExceptionServices;
using Samsa.Flow;

namespace Samsa.Rx;

/// <summary>One subscription of <c>Lag</c>.</summary>
sealed class LagWatch : IObserver<PartitionPosition>, IOutputOwner, IDisposable
{
    readonly Func<CancellationToken, ValueTask<IReadOnlyList<PartitionOffsets>>> offsets;
    readonly TimeSpan period;
    readonly IScheduler scheduler;
    readonly ConcurrentDictionary<int, long> positions = new();
    readonly SerialOutput<IReadOnlyList<PartitionLag>> output;
    readonly Deadline deadline;
    readonly SingleAssignmentDisposable source = new();
    readonly CancellationDisposable stop = new();
    IReadOnlyList<PartitionOffsets>? answer;
    volatile bool ended;
    volatile bool isAsking;

    public LagWatch(
        Func<CancellationToken, ValueTask<IReadOnlyList<PartitionOffsets>>> offsets, TimeSpan period, IScheduler scheduler,
        IObserver<IReadOnlyList<PartitionLag>> observer)
    {
        (this.offsets, this.period, this.scheduler) = (offsets, period, scheduler);
        output = new(observer, this);
        deadline = new(scheduler, output.Call);
    }

    public IDisposable Start(IObservable<PartitionPosition> from)
    {
        source.Disposable = from.SubscribeSafe(this);
        output.Call();
        return this;
    }

    public void OnNext(PartitionPosition value) => positions[value.Partition.Partition] = value.Offset;

    public void OnError(Exception error) => output.Abort(error);

    public void OnCompleted()
    {
        ended = true;
        output.Call();
    }

    public void Dispose() => output.Close();

    public void Attend()
    {
        if (output.IsClosed) return;
        if (output.Fault is { } error) output.Fail(error);
        else if (ended) output.Complete();
        else if (Interlocked.Exchange(ref answer, null) is { } told) output.Tell(Lags(told));
        if (output.IsClosed || isAsking || deadline is { IsSet: true, IsOver: false }) return;
        deadline.Set(period);
        isAsking = true;
        _ = AskAsync();
    }

    public void Release()
    {
        source.Dispose();
        deadline.Dispose();
        stop.Dispose();
    }

    IReadOnlyList<PartitionLag> Lags(IReadOnlyList<PartitionOffsets> all) =>
    [
        .. all.Select(one => new PartitionLag(
            one.Partition, positions.TryGetValue(one.Partition, out var position) ? position : null, one.Beginning, one.End)),
    ];

    async Task AskAsync()
    {
        Exception? failed = null;
        try
        {
            answer = await offsets(stop.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A leader is away. What is not known now may be known next time.
        }
        catch (Exception error)
        {
            failed = error;
        }

        isAsking = false;
        try
        {
            if (failed is null) output.Call();
            else if (!stop.IsDisposed) output.Abort(failed);
        }
        catch (Exception thrown)
        {
            // What an observer throws is not kept secret, as nowhere in Rx.
            scheduler.Schedule(ExceptionDispatchInfo.Capture(thrown).Throw);
        }
    }
}
