namespace Samsa.Flow;

/// <summary>Leases that several count on: they end when the last of them has done, and fail when one of them has failed.</summary>
sealed class SharedLease : IDeferrable
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
        var now = Volatile.Read(ref holders);
        while (now > 0)
        {
            var seen = Interlocked.CompareExchange(ref holders, now + 1, now);
            if (seen == now) return new(new Share(this), 0);
            now = seen;
        }

        throw new InvalidOperationException("It has been acknowledged already; it can be deferred in OnNext only.");
    }

    /// <summary>Who made it is done with it. Once.</summary>
    public void Complete()
    {
        if (Interlocked.Decrement(ref holders) > 0) return;
        foreach (var lease in leases)
        {
            if (failure is null) lease.Complete();
            else lease.Fail(failure);
        }
    }

    /// <summary>Who made it is done with it, and it failed. Once.</summary>
    public void Fail(Exception error)
    {
        Interlocked.CompareExchange(ref failure, error, null);
        Complete();
    }

    /// <summary>What one of those has who defer it. To end it twice changes nothing.</summary>
    sealed class Share(SharedLease shared) : ILeaseHolder
    {
        int ended;

        public void Complete(long ticket)
        {
            if (Interlocked.Exchange(ref ended, 1) == 0) shared.Complete();
        }

        public void Fail(long ticket, Exception error)
        {
            if (Interlocked.Exchange(ref ended, 1) == 0) shared.Fail(error);
        }
    }
}
