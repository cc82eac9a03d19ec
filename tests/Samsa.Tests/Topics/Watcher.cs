using System.Collections.Concurrent;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Topics;

/// <summary>An observer that remembers what it sees, and complains when the grammar of Rx is broken.</summary>
sealed class Watcher : IObserver<KafkaRecord>
{
    readonly ConcurrentQueue<Sight> sights = new();
    int calling;
    int terminal;

    /// <summary>What is done inside each OnNext.</summary>
    public Action<KafkaRecord> Doing { get; init; } = _ => { };

    public IReadOnlyList<Sight> Sights => [.. sights];

    public IReadOnlyList<string?> Texts => [.. sights.Select(sight => sight.Text)];

    public int Count => sights.Count;

    public Exception? Error { get; private set; }

    public bool HasCompleted { get; private set; }

    /// <summary>What it complains about.</summary>
    public string? Broken { get; private set; }

    public bool HasEnded => terminal > 0;

    public void OnNext(KafkaRecord value)
    {
        Enter("OnNext");
        sights.Enqueue(new(value.Partition, value.Offset, value.Text));
        try
        {
            Doing(value);
        }
        finally
        {
            Leave();
        }
    }

    public void OnError(Exception error)
    {
        Enter("OnError");
        Error = error;
        Interlocked.Increment(ref terminal);
        Leave();
    }

    public void OnCompleted()
    {
        Enter("OnCompleted");
        HasCompleted = true;
        Interlocked.Increment(ref terminal);
        Leave();
    }

    public Task Sees(int count) => Eventually.Is(() => Count >= count || HasEnded, $"{count} records are seen (now {Count}, error {Error?.Message})");

    public Task Ends() => Eventually.Is(() => HasEnded, $"the reading ends (saw {Count})");

    void Enter(string what)
    {
        if (Interlocked.Exchange(ref calling, 1) != 0) Broken = $"{what} while another call had not returned";
        if (terminal > 0) Broken = $"{what} after the end";
    }

    void Leave() => Volatile.Write(ref calling, 0);
}

/// <summary>A record that was seen.</summary>
readonly record struct Sight(int Partition, long Offset, string? Text);
