using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace Samsa.Rx;

/// <summary>The table: entries, and those who want to know what becomes of them.</summary>
/// <remarks>A change and the views that are told of it belong together, so both are under one gate; observers are called by their views, outside.</remarks>
sealed class TopicTable<TKey, TValue> : ITopicTable<TKey, TValue>, IObserver<CatchUp<KafkaRecord>>
    where TKey : notnull
{
    readonly Func<KafkaRecord, TKey> keyOf;
    readonly Func<KafkaRecord, TValue> valueOf;
    readonly TableOptions<TKey> options;
    readonly Lock gate = new();
    readonly Dictionary<TKey, Entry> entries;
    readonly Dictionary<TKey, ImmutableArray<TableView<TKey, TValue>>> watched;
    readonly SingleAssignmentDisposable reading = new();
    readonly TaskCompletionSource caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    ImmutableArray<TableView<TKey, TValue>> views = [];
    long version;
    bool ended;
    Exception? failure;

    public TopicTable(Func<KafkaRecord, TKey> keyOf, Func<KafkaRecord, TValue> valueOf, TableOptions<TKey> options)
    {
        (this.keyOf, this.valueOf, this.options) = (keyOf, valueOf, options);
        (entries, watched) = (new(options.Comparer), new(options.Comparer));
    }

    public Task CaughtUp => caughtUp.Task;

    public long Version => Volatile.Read(ref version);

    public IObservable<TableChange<TKey, TValue>> Changes => Observable.Create<TableChange<TKey, TValue>>(observer =>
    {
        var view = new TableView<TKey, TValue>(observer, null, options);
        lock (gate) Add(view);
        view.Wake();
        return Disposable.Create(() => Leave(view));
    });

    public int Count
    {
        get
        {
            lock (gate) return entries.Count;
        }
    }

    public IEnumerable<TKey> Keys
    {
        get
        {
            lock (gate) return [.. entries.Keys];
        }
    }

    public IEnumerable<TValue> Values
    {
        get
        {
            lock (gate) return [.. entries.Values.Select(entry => entry.Value)];
        }
    }

    public TValue this[TKey key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"The table has no key {key}.");

    public ITopicTable<TKey, TValue> Start(IObservable<CatchUp<KafkaRecord>> source)
    {
        reading.Disposable = source.SubscribeSafe(this);
        return this;
    }

    public IObservable<TableChange<TKey, TValue>> Connect(Func<TKey, bool>? filter = null) =>
        Observable.Create<TableChange<TKey, TValue>>(observer =>
        {
            var view = new TableView<TKey, TValue>(observer, filter, options);
            lock (gate)
            {
                foreach (var (key, entry) in entries) view.Put(key, default, entry.Current, entry.Partition, entry.Offset);
                Add(view);
            }

            view.Wake();
            return Disposable.Create(() => Leave(view));
        });

    public IObservable<Optional<TValue>> Watch(TKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Observable.Create<TableChange<TKey, TValue>>(observer =>
        {
            var view = new TableView<TKey, TValue>(observer, null, options);
            lock (gate)
            {
                var entry = entries.GetValueOrDefault(key);
                view.Put(key, default, entry.Current, entry.Partition, entry.Offset, isSaidAnyway: true);
                if (ended) view.End(failure);
                else watched[key] = watched.GetValueOrDefault(key, []).Add(view);
            }

            view.Wake();
            return Disposable.Create(() => Leave(view, key));
        }).Select(change => change.Current);
    }

    public void OnNext(CatchUp<KafkaRecord> value)
    {
        if (value.Kind is CatchUpKind.CaughtUp)
        {
            caughtUp.TrySetResult();
            return;
        }

        var record = value.Value;
        if (record.KeyIsNull) return;
        try
        {
            Take(keyOf(record), record.ValueIsNull ? default : new(valueOf(record)), record.Partition, record.Offset);
        }
        catch (Exception error)
        {
            reading.Dispose();
            End(error);
            // It was not taken over.
            value.Defer().Fail(error);
        }
    }

    public void OnError(Exception error) => End(error);

    public void OnCompleted()
    {
        caughtUp.TrySetResult();
        End(null);
    }

    public ValueTask DisposeAsync()
    {
        reading.Dispose();
        caughtUp.TrySetCanceled();
        End(null);
        return default;
    }

    public bool ContainsKey(TKey key)
    {
        lock (gate) return entries.ContainsKey(key);
    }

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (gate)
        {
            var isThere = entries.TryGetValue(key, out var entry);
            value = isThere ? entry.Value : default;
            return isThere;
        }
    }

    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator()
    {
        KeyValuePair<TKey, TValue>[] all;
        lock (gate) all = [.. entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Value))];
        return ((IEnumerable<KeyValuePair<TKey, TValue>>)all).GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    void Take(TKey key, Optional<TValue> current, int partition, long offset)
    {
        ImmutableArray<TableView<TKey, TValue>> all, ofKey;
        lock (gate)
        {
            if (ended) return;
            var before = entries.GetValueOrDefault(key).Current;
            if (!before.HasValue && !current.HasValue) return;
            if (!before.HasValue && entries.Count == options.MaxKeys)
                throw new InvalidOperationException($"The table has {options.MaxKeys} keys, as many as MaxKeys allows, and another one came.");
            if (current.HasValue) entries[key] = new(current, partition, offset);
            else entries.Remove(key);
            version++;
            (all, ofKey) = (views, watched.GetValueOrDefault(key, []));
            foreach (var view in all) view.Put(key, before, current, partition, offset);
            foreach (var view in ofKey) view.Put(key, before, current, partition, offset, isSaidAnyway: true);
        }

        foreach (var view in all) view.Wake();
        foreach (var view in ofKey) view.Wake();
    }

    void End(Exception? error)
    {
        List<TableView<TKey, TValue>> left;
        lock (gate)
        {
            if (ended) return;
            (ended, failure) = (true, error);
            left = [.. views, .. watched.Values.SelectMany(some => some)];
            views = [];
            watched.Clear();
        }

        if (error is not null && caughtUp.TrySetException(error))
        {
            // Who does not wait for it is told by the streams.
            _ = caughtUp.Task.Exception;
        }

        foreach (var view in left) view.End(error);
        foreach (var view in left) view.Wake();
    }

    // Under the gate.
    void Add(TableView<TKey, TValue> view)
    {
        if (ended) view.End(failure);
        else views = views.Add(view);
    }

    void Leave(TableView<TKey, TValue> view)
    {
        lock (gate) views = views.Remove(view);
        view.Dispose();
    }

    void Leave(TableView<TKey, TValue> view, TKey key)
    {
        lock (gate)
        {
            if (watched.TryGetValue(key, out var some))
            {
                if (some.Length == 1 && some[0] == view) watched.Remove(key);
                else watched[key] = some.Remove(view);
            }
        }

        view.Dispose();
    }

    /// <summary>What a key has, and where that was read.</summary>
    readonly record struct Entry(Optional<TValue> Current, int Partition, long Offset)
    {
        public TValue Value => Current.Value;
    }
}
