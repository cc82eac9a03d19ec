namespace Samsa.Flow;

/// <summary>Leases that several count on: they end when the last of them has done, and fail when one of them has failed.</summary>
sealed class SharedLease : ILeaseHolder, IDeferrable
{
    readonly List<Lease> leases = [];
    Exception? failure;
    // Who made it has it, too.
    int holders = 1;

    /// <summary>A lease that several will count on; null for an element nobody counts on.</summary>
    public static SharedLease? Of(Lease lease)
    {
        if (lease.Holder is null) return null;
        var shared = new SharedLease();
        shared.Add(lease);
        return shared;
    }

    /// <summary>Takes a lease over, if there is somebody who counts on it. Only before others have it.</summary>
    public void Add(Lease lease)
    {
        if (lease.Holder is not null) leases.Add(lease);
    }

    public Lease Defer()
    {
        if (Interlocked.Increment(ref holders) > 1) return new(this, 0);
        throw new InvalidOperationException("It has been acknowledged already; it can be deferred in OnNext only.");
    }

    public void Complete(long ticket = 0)
    {
        if (Interlocked.Decrement(ref holders) > 0) return;
        foreach (var lease in leases)
        {
            if (failure is null) lease.Complete();
            else lease.Fail(failure);
        }
    }

    public void Fail(long ticket, Exception error)
    {
        Interlocked.CompareExchange(ref failure, error, null);
        Complete(ticket);
    }

    public void Fail(Exception error) => Fail(0, error);
}
