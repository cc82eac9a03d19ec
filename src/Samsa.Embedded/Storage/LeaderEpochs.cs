namespace Samsa.Embedded.Storage;

/// <summary>At which offset each leader of a partition began (KIP-101).</summary>
sealed class LeaderEpochs
{
    readonly List<(int Epoch, long Start)> starts = [];

    /// <summary>The youngest epoch; −1 before there is any.</summary>
    public int Latest => starts.Count == 0 ? -1 : starts[^1].Epoch;

    public void Begin(int epoch, long offset)
    {
        if (epoch <= Latest) return;
        // An epoch in which nothing was written leaves nothing to tell apart.
        if (starts.Count > 0 && starts[^1].Start == offset) starts.RemoveAt(starts.Count - 1);
        starts.Add((epoch, offset));
    }

    /// <summary>The epoch in which the record at <paramref name="offset"/> was written; −1 when nobody knows.</summary>
    public int Of(long offset)
    {
        for (var i = starts.Count - 1; i >= 0; i--)
            if (starts[i].Start <= offset) return starts[i].Epoch;
        return -1;
    }

    /// <summary>The largest epoch that is not after <paramref name="epoch"/>, and the offset at which the next one began.</summary>
    /// <param name="epoch">The epoch asked for.</param>
    /// <param name="end">The end of the log: where the latest epoch ends so far.</param>
    /// <returns>(−1, −1) when the epoch is not known.</returns>
    public (int Epoch, long EndOffset) EndOf(int epoch, long end)
    {
        if (epoch < 0 || epoch > Latest) return (-1, -1);
        if (epoch == Latest) return (epoch, end);
        var next = starts.FindIndex(one => one.Epoch > epoch);
        // Older than anything known: it ended where the known ones begin.
        return next == 0 ? (epoch, starts[0].Start) : (starts[next - 1].Epoch, starts[next].Start);
    }

    /// <summary>Forgets the epochs that began at <paramref name="offset"/> or behind it.</summary>
    public void Truncate(long offset) => starts.RemoveAll(one => one.Start >= offset);

    /// <summary>Lets go of the epochs that ended before the start of the log.</summary>
    public void Forget(long before)
    {
        while (starts.Count > 1 && starts[1].Start <= before) starts.RemoveAt(0);
    }
}
