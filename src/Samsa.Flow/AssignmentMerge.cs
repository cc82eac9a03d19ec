using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>The streams of the keys that are assigned, as one.</summary>
sealed class AssignmentMerge<TKey, TResult>(
    IObservable<IReadOnlyCollection<TKey>> assignments,
    Func<TKey, CancellationToken, IObservable<TResult>> partition,
    MergeByAssignmentOptions<TKey> options) : IObservable<TResult>
    where TKey : notnull
{
    public IDisposable Subscribe(IObserver<TResult> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var merge = new Merge(partition, options, observer);
        // The observer of an ObservableBase would check each value for what the output of the merge has made sure of already, and each value passes here.
        Trampoline.Run(() => merge.Start(assignments));
        return merge;
    }

    /// <summary>One subscription. All is changed in the turn of its output, but for <see cref="open"/>: the end may come at any time.</summary>
    sealed class Merge : IObserver<IReadOnlyCollection<TKey>>, IOutputOwner, IDisposable
    {
        readonly Func<TKey, CancellationToken, IObservable<TResult>> partition;
        readonly MergeByAssignmentOptions<TKey> options;
        readonly SingleAssignmentDisposable source = new();
        readonly HashSet<Stream> open = [];
        readonly Dictionary<TKey, Stream> live;
        readonly HashSet<Stream> draining = [];
        readonly SerialOutput<TResult> output;
        TKey[] toBegin = [];
        Assigned<TKey>? newest;
        Exception? sourceError;
        volatile bool sourceEnded;

        public Merge(
            Func<TKey, CancellationToken, IObservable<TResult>> partition, MergeByAssignmentOptions<TKey> options, IObserver<TResult> observer)
        {
            (this.partition, this.options) = (partition, options);
            live = new(options.Comparer);
            output = new(observer, this);
        }

        public IDisposable Start(IObservable<IReadOnlyCollection<TKey>> assignments)
        {
            source.Disposable = assignments.SubscribeSafe(this);
            return Disposable.Empty;
        }

        public void OnNext(IReadOnlyCollection<TKey> assignment)
        {
            try
            {
                Leave(Assigned<TKey>.From(assignment, options));
            }
            catch (Exception error)
            {
                OnError(error);
                return;
            }

            output.Call();
        }

        public void OnError(Exception error)
        {
            Volatile.Write(ref sourceError, error);
            output.Call();
        }

        public void OnCompleted()
        {
            sourceEnded = true;
            output.Call();
        }

        public void Dispose() => output.Close();

        /// <summary>Something has changed outside. Nobody is being called while this runs.</summary>
        public void Attend()
        {
            if (output.IsClosed) return;
            if (Volatile.Read(ref sourceError) is { } error)
            {
                output.Fail(error);
                return;
            }

            // The end is looked at first: what came before it is seen then.
            var ended = sourceEnded;
            if (Interlocked.Exchange(ref newest, null) is { } assigned)
            {
                toBegin = assigned.Keys;
                Revoke(stream => !assigned.Kept.Contains(stream.Key));
            }

            if (ended)
            {
                toBegin = [];
                Revoke(_ => true);
            }

            if (draining.Count == 0) Begin();
            if (ended && live.Count == 0 && draining.Count == 0) output.Complete();
        }

        public void Release()
        {
            source.Dispose();
            Stream[] all;
            lock (open)
            {
                all = [.. open];
                open.Clear();
            }

            foreach (var stream in all) stream.Dispose();
        }

        // Only the source leaves assignments, and only the turn takes them.
        void Leave(Assigned<TKey> next)
        {
            var before = Volatile.Read(ref newest);
            var both = before is null ? next : next.After(before);
            if (Interlocked.CompareExchange(ref newest, both, before) != before) Volatile.Write(ref newest, next);
        }

        void Revoke(Func<Stream, bool> leaves)
        {
            var revoked = live.Values.Where(leaves).ToList();
            foreach (var stream in revoked)
            {
                live.Remove(stream.Key);
                if (options.Drain is not null) draining.Add(stream);
            }

            foreach (var stream in revoked)
            {
                if (options.Drain is { } patience) stream.Drain(patience);
                else End(stream);
            }
        }

        void Begin()
        {
            foreach (var key in toBegin)
            {
                // A newer assignment says what is to be begun, and a closed output begins nothing.
                if (Volatile.Read(ref newest) is not null || output.IsClosed) return;
                if (!live.ContainsKey(key)) Begin(key);
            }

            // A stream that ends is not begun again before the next assignment.
            toBegin = [];
        }

        void Begin(TKey key)
        {
            var stream = new Stream(this, key);
            live.Add(key, stream);
            lock (open)
            {
                if (output.IsClosed) return;
                open.Add(stream);
            }

            IObservable<TResult> values;
            try
            {
                values = partition(key, stream.Token)
                    ?? throw new InvalidOperationException($"There is no stream for {key}: the function gave null.");
            }
            catch (Exception error)
            {
                Failed(stream, error);
                return;
            }

            stream.Start(values);
        }

        void Ended(Stream stream)
        {
            End(stream);
            if (live.TryGetValue(stream.Key, out var present) && present == stream) live.Remove(stream.Key);
            // What waits for the last to drain may begin now, and so may the end.
            if (draining.Remove(stream) || sourceEnded) output.Call();
        }

        void End(Stream stream)
        {
            stream.Dispose();
            lock (open) open.Remove(stream);
        }

        void Failed(Stream stream, Exception error)
        {
            Ended(stream);
            if (options.PartitionFailed is not { } tell)
            {
                output.Fail(error);
                return;
            }

            try
            {
                tell(stream.Key, error);
            }
            catch (Exception thrown)
            {
                output.Fail(thrown);
            }
        }

        /// <summary>The stream of one key, from when it is begun until it is revoked or ends.</summary>
        sealed class Stream(Merge merge, TKey key) : SerialInput<TResult>(merge.output), IDisposable
        {
            readonly SingleAssignmentDisposable subscription = new();
            readonly SingleAssignmentDisposable? patience = merge.options.Drain is null ? null : new();
            readonly CancellationTokenSource? told = merge.options.Drain is null ? null : new();

            public TKey Key => key;

            public CancellationToken Token => told?.Token ?? CancellationToken.None;

            // A newer assignment may have revoked it while it was still being subscribed to. One that may drain is heard to its end.
            public override bool IsWanted => told is not null || Volatile.Read(ref merge.newest) is not { } newest || newest.Kept.Contains(key);

            public void Start(IObservable<TResult> values) => subscription.Disposable = values.SubscribeSafe(this);

            public void Drain(TimeSpan time)
            {
                patience!.Disposable = merge.options.Scheduler.Schedule(this, time, static (_, stream) =>
                {
                    stream.GiveUp();
                    return Disposable.Empty;
                });
                try
                {
                    told!.Cancel();
                }
                catch (AggregateException error)
                {
                    merge.Failed(this, error.InnerExceptions is [var only] ? only : error);
                }
            }

            // It took too long to drain.
            void GiveUp() => merge.output.Do(this, () => merge.Ended(this));

            protected override void Ended(Exception? error)
            {
                if (error is null) merge.Ended(this);
                else merge.Failed(this, error);
            }

            public void Dispose()
            {
                Close();
                patience?.Dispose();
                subscription.Dispose();
            }
        }
    }
}
