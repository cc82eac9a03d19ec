using System.Collections;

namespace Samsa.Flow;

/// <summary>Elements that are dealt with together: their leases end when nobody has the batch any more.</summary>
sealed class LeasedBatch<T>(IReadOnlyCollection<Kept<T>> kept) : IReadOnlyList<T>, IDeferrable, ILeaseHolder
{
    readonly T[] values = [.. kept.Select(one => one.Value)];
    readonly Lease[] leases = [.. kept.Select(one => one.Lease).Where(lease => lease.Holder is not null)];
    Exception? failure;

    // Who tells the batch has it, too.
    int holders = 1;

    public int Count => values.Length;

    public T this[int index] => values[index];

    /// <summary>Tells a batch, if there is something in it. Only in the turn of the output.</summary>
    public static void Tell(SerialOutput<IReadOnlyList<T>> output, IReadOnlyCollection<Kept<T>> kept)
    {
        if (kept.Count == 0) return;
        var batch = new LeasedBatch<T>(kept);
        try
        {
            if (output.Tell((IReadOnlyList<T>)batch)) batch.Complete(0);
            else batch.Fail(0, Lease.NobodyListens());
        }
        catch (Exception error)
        {
            batch.Fail(0, error);
            throw;
        }
    }

    public Lease Defer()
    {
        if (Interlocked.Increment(ref holders) > 1) return new(this, 0);
        throw new InvalidOperationException("The batch has been acknowledged already; it can be deferred in OnNext only.");
    }

    public void Complete(long ticket)
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

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
