using Samsa.Flow;

namespace Samsa.Tests.Flow;

/// <summary>Hands out elements that are counted on, and writes down what became of each.</summary>
sealed class Ledger : ILeaseHolder
{
    readonly Dictionary<long, (int Element, string End)> leases = [];
    int elements;
    long given;

    /// <summary>How many were deferred and have not ended.</summary>
    public int Open
    {
        get
        {
            lock (leases) return leases.Count(lease => lease.Value.End == "open");
        }
    }

    /// <summary>What became of an element, by its number from 1: of all its leases, the worst.</summary>
    public string this[int element]
    {
        get
        {
            lock (leases)
            {
                var ends = leases.Values.Where(lease => lease.Element == element).Select(lease => lease.End).ToHashSet();
                return new[] { "open", "failed", "completed" }.FirstOrDefault(ends.Contains) ?? "never deferred";
            }
        }
    }

    public string All => string.Join(' ', Enumerable.Range(1, elements).Select(element => this[element]));

    public Counted Element(int value) => new(value, Interlocked.Increment(ref elements), this);

    void ILeaseHolder.Complete(long ticket) => End(ticket, "completed");

    void ILeaseHolder.Fail(long ticket, Exception error) => End(ticket, "failed");

    void End(long ticket, string how)
    {
        lock (leases)
        {
            var (element, end) = leases[ticket];
            if (end != "open") throw new InvalidOperationException($"a lease of element {element} ended twice: {end}, {how}");
            leases[ticket] = (element, how);
        }
    }

    /// <summary>An element and its number.</summary>
    public readonly record struct Counted(int Value, int Number, Ledger Ledger) : IDeferrable
    {
        public Lease Defer()
        {
            lock (Ledger.leases)
            {
                Ledger.leases.Add(++Ledger.given, (Number, "open"));
                return new(Ledger, Ledger.given);
            }
        }
    }
}
