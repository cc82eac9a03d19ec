using Samsa.Embedded.Serving;
using Samsa.Wire;

namespace Samsa.Embedded;

/// <summary>A fault that waits for its requests. Disposing it removes it.</summary>
public sealed class Fault : IDisposable
{
    readonly Lock gate = new();
    readonly EmbeddedFaults owner;
    readonly FaultTarget target;
    readonly Func<FaultMeeting, ValueTask<Delivery>>? act;
    readonly Queue<EmbeddedRequest> met = new();
    readonly List<(int Times, TaskCompletionSource Come)> awaited = [];
    readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    bool removed;

    internal Fault(EmbeddedFaults owner, FaultTarget target, Func<FaultMeeting, ValueTask<Delivery>>? act) =>
        (this.owner, this.target, this.act) = (owner, target, act);

    /// <summary>How many requests it has met.</summary>
    public int Fired
    {
        get
        {
            lock (gate) return field;
        }
        private set;
    }

    /// <summary>
    /// The requests it has met, the oldest first, with what they asked (<see cref="EmbeddedRequest.Read"/>); the latest as
    /// many as <see cref="EmbeddedKafkaOptions.RememberedRequests"/> says.
    /// </summary>
    public IReadOnlyList<EmbeddedRequest> Requests
    {
        get
        {
            lock (gate) return [.. met];
        }
    }

    internal bool Watches => act is null;

    internal Task Released => released.Task;

    /// <summary>Completes when it has met so many requests; at once when it has already. What it does to them may not have happened yet.</summary>
    /// <param name="times">How many in all.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="ObjectDisposedException">It was removed before.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It will never meet so many.</exception>
    public Task FiredAsync(int times = 1, CancellationToken ct = default)
    {
        if (target.Times is { } most) ArgumentOutOfRangeException.ThrowIfGreaterThan(times, most);
        var come = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (Fired >= times) return Task.CompletedTask;
            ObjectDisposedException.ThrowIf(removed, this);
            awaited.Add((times, come));
        }

        return come.Task.WaitAsync(ct);
    }

    /// <summary>Lets go on what it holds, and what it would hold from now on.</summary>
    public void Release() => released.TrySetResult();

    /// <summary>Removes it, and lets go on what it holds. Who waits for more requests is told by an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        owner.Remove(this);
        Release();
        lock (gate)
        {
            removed = true;
            foreach (var (_, come) in awaited) come.TrySetException(new ObjectDisposedException(nameof(Fault)));
            awaited.Clear();
        }
    }

    /// <summary>Whether a request is one of those it was made for, as far as can be seen without reading it.</summary>
    internal bool Concerns(in EmbeddedRequest request) =>
        (target.Api is null || (short)target.Api == request.ApiKey)
        && (target.Broker is null || target.Broker == request.Broker)
        && (target.ClientId is null || target.ClientId == request.ClientId);

    /// <summary>Takes a request on; false when it is not the right one, or there were enough.</summary>
    internal bool Take(in EmbeddedRequest request)
    {
        // Foreign code runs before the lock is taken.
        if (target.Predicate is { } holds && !holds(request)) return false;
        lock (gate)
        {
            if (removed || Fired >= target.Times) return false;
            Fired++;
            met.Enqueue(request);
            if (met.Count > owner.Remembered) met.Dequeue();
            foreach (var (times, come) in awaited)
                if (Fired >= times) come.TrySetResult();
            awaited.RemoveAll(one => Fired >= one.Times);
            if (Fired < target.Times || target.Times is null) return true;
        }

        owner.Remove(this);
        return true;
    }

    internal async ValueTask<Delivery> RunAsync(EmbeddedRequest request, Asked asked, WireWriter answer)
    {
        var meeting = new FaultMeeting(this, request, asked, answer);
        if (target.IsApplied) await meeting.ApplyAsync().ConfigureAwait(false);
        return await act!(meeting).ConfigureAwait(false);
    }
}
