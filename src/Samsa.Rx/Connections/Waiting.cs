namespace Samsa.Rx;

/// <summary>Who waits for an answer, in the order they asked: the only memory of whose answer comes next.</summary>
sealed class Waiting
{
    readonly Lock gate = new();
    readonly Queue<Ask> asks = new();

    public void Enqueue(Ask ask)
    {
        lock (gate) asks.Enqueue(ask);
    }

    public bool TryDequeue(out Ask ask)
    {
        lock (gate) return asks.TryDequeue(out ask!);
    }

    public bool Any
    {
        get
        {
            lock (gate) return asks.Count > 0;
        }
    }

    /// <summary>Nobody gives up before this time.</summary>
    public void PutOff(long until)
    {
        lock (gate)
            foreach (var ask in asks)
                ask.Deadline = Math.Max(ask.Deadline, until);
    }

    /// <summary>The request whose patience ends first; null when nobody waits.</summary>
    public Ask? MostImpatient
    {
        get
        {
            lock (gate)
            {
                Ask? first = null;
                foreach (var ask in asks)
                    if (first is null || ask.Deadline < first.Deadline)
                        first = ask;
                return first;
            }
        }
    }
}
