using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <inheritdoc cref="ToAsyncEnumerable{T}(IObservable{T}, int, BufferOverflow, IScheduler, Action{T})"/>
    public static IAsyncEnumerable<T> ToAsyncEnumerable<T>(
        this IObservable<T> source, int capacity, BufferOverflow overflow = BufferOverflow.Wait, Action<T>? dropped = null) =>
        source.ToAsyncEnumerable(
            capacity, overflow, overflow is BufferOverflow.Wait ? TaskPoolScheduler.Default : ImmediateScheduler.Instance, dropped);

    /// <summary>The elements of a source to be asked for one by one, with so many that wait to be.</summary>
    /// <remarks>
    /// <para>The source is subscribed to when the first element is asked for, and let go of when the enumeration ends. The end of the source comes
    /// behind the elements.</para>
    /// <para>Temperature: each enumeration subscribes anew.</para>
    /// <para>Scheduler: subscribes to the source on it. With <see cref="BufferOverflow.Wait"/> a source that gives while it is being
    /// subscribed to would
    /// make the one wait who is to take, so the default is the thread pool then, and a hot source may have given something before.</para>
    /// <para>Buffer: <paramref name="capacity"/> elements that wait to be taken, with an overflow.</para>
    /// <para>Acknowledgement: deferred until the next element is asked for; failed for those that are never taken, and for the last one taken
    /// when the enumeration ends without asking for another. What is dropped is acknowledged.</para>
    /// <para>Marble: <c>marbles/to-async-enumerable.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the source carries.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="capacity">How many may wait to be taken.</param>
    /// <param name="overflow">What happens to one more.</param>
    /// <param name="scheduler">Where the source is subscribed to.</param>
    /// <param name="dropped">Told what is dropped, where it is given.</param>
    /// <returns>The elements.</returns>
    public static IAsyncEnumerable<T> ToAsyncEnumerable<T>(
        this IObservable<T> source, int capacity, BufferOverflow overflow, IScheduler scheduler, Action<T>? dropped = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        return Enumerate();

        async IAsyncEnumerable<T> Enumerate([EnumeratorCancellation] CancellationToken cancellation = default)
        {
            using var queue = new TakenOneByOne<T>(new(capacity, overflow, dropped));
            queue.Start(source, scheduler);
            while (await queue.Arrived(cancellation).ConfigureAwait(false))
            {
                while (queue.TryTake(out var value)) yield return value;
            }
        }
    }

    /// <summary>One enumeration.</summary>
    sealed class TakenOneByOne<T>(BoundedQueue<T> queue) : IObserver<T>, IDisposable
    {
        readonly SingleAssignmentDisposable scheduled = new(), source = new();
        // Says that there is something, or that there will be nothing any more.
        readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        Kept<T>? taken;

        public void Start(IObservable<T> elements, IScheduler scheduler) => scheduled.Disposable = scheduler.Schedule(
            (this, elements), static (_, begun) => begun.Item1.Subscribe(begun.elements));

        public void OnNext(T value)
        {
            try
            {
                if (queue.Add(value, mayWait: true)) signal.Writer.TryWrite(true);
            }
            catch (Exception error)
            {
                source.Dispose();
                signal.Writer.TryComplete(error);
            }
        }

        public void OnError(Exception error) => signal.Writer.TryComplete(error);

        public void OnCompleted() => signal.Writer.TryComplete();

        public async ValueTask<bool> Arrived(CancellationToken cancellation)
        {
            DealtWith();
            try
            {
                if (!await signal.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false)) return !queue.IsEmpty;
                signal.Reader.TryRead(out _);
            }
            catch (Exception) when (!queue.IsEmpty && !cancellation.IsCancellationRequested)
            {
                // The error comes behind what came before it.
            }

            return true;
        }

        public bool TryTake(out T value)
        {
            DealtWith();
            var found = queue.TryTake(out var kept);
            if (found) taken = kept;
            value = kept.Value;
            return found;
        }

        public void Dispose()
        {
            scheduled.Dispose();
            source.Dispose();
            taken?.Lease.Fail(Lease.NobodyListens());
            queue.Close(Lease.NobodyListens());
        }

        IDisposable Subscribe(IObservable<T> elements)
        {
            Trampoline.Run(() => source.Disposable = elements.SubscribeSafe(this));
            return Disposable.Empty;
        }

        void DealtWith()
        {
            if (taken is not { } one) return;
            taken = null;
            one.Lease.Complete();
            queue.Free();
        }
    }
}
