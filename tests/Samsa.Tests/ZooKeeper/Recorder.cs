namespace Samsa.Tests.ZooKeeper;

/// <summary>Keeps what an observable says, and waits for something in it. No wait is without an end.</summary>
sealed class Recorder<T> : IObserver<T>, IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Lock gate = new();
    readonly List<T> seen = [];
    readonly TaskCompletionSource<Exception?> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly IDisposable subscription;
    (Func<IReadOnlyList<T>, bool> Enough, TaskCompletionSource Done)? waiting;

    public Recorder(IObservable<T> source) => subscription = source.Subscribe(this);

    public IReadOnlyList<T> Seen
    {
        get
        {
            lock (gate) return [.. seen];
        }
    }

    public T Last => Seen[^1];

    /// <summary>Waits until the newest is as it should be.</summary>
    public async Task<T> BecomesAsync(Func<T, bool> enough)
    {
        await UntilAsync(all => all.Count > 0 && enough(all[^1]));
        return Last;
    }

    /// <summary>Waits until some value was seen.</summary>
    public Task SawAsync(Func<T, bool> one) => UntilAsync(all => all.Any(one));

    public async Task<Exception?> EndAsync() => await ended.Task.WaitAsync(Patience);

    public void OnNext(T value)
    {
        lock (gate)
        {
            seen.Add(value);
            if (waiting is not { } wait || !wait.Enough(seen)) return;
            waiting = null;
            wait.Done.TrySetResult();
        }
    }

    public void OnError(Exception error) => ended.TrySetResult(error);

    public void OnCompleted() => ended.TrySetResult(null);

    public void Dispose() => subscription.Dispose();

    async Task UntilAsync(Func<IReadOnlyList<T>, bool> enough)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (enough(seen)) return;
            waiting = (enough, done);
        }

        try
        {
            await done.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"It was not seen within {Patience}; this was: {string.Join("\n", Seen.TakeLast(20))}");
        }
    }
}
