using System.Collections;

namespace Samsa.Flow;

/// <summary>Elements that are dealt with together: their leases end when nobody has the batch any more.</summary>
sealed class LeasedBatch<T> : IReadOnlyList<T>, IDeferrable
{
    readonly T[] values;
    readonly SharedLease lease = new();

    LeasedBatch(IReadOnlyCollection<Kept<T>> kept)
    {
        values = [.. kept.Select(one => one.Value)];
        foreach (var one in kept) lease.Add(one.Lease);
    }

    public int Count => values.Length;

    public T this[int index] => values[index];

    /// <summary>Tells a batch, if there is something in it. Only in the turn of the output.</summary>
    public static void Tell(SerialOutput<IReadOnlyList<T>> output, IReadOnlyCollection<Kept<T>> kept)
    {
        if (kept.Count == 0) return;
        var batch = new LeasedBatch<T>(kept);
        try
        {
            if (output.Tell((IReadOnlyList<T>)batch)) batch.lease.Complete();
            else batch.lease.Fail(Lease.NobodyListens());
        }
        catch (Exception error)
        {
            batch.lease.Fail(error);
            throw;
        }
    }

    public Lease Defer() => lease.Defer();

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
