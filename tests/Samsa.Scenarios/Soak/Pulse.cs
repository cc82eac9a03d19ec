using System.Diagnostics;

namespace Samsa.Scenarios.Soak;

/// <summary>When there was progress in each partition.</summary>
sealed class Pulse
{
    const int Most = 64;

    readonly long[] last = new long[Most];

    public void Beat(int partition)
    {
        if ((uint)partition < Most) Volatile.Write(ref last[partition], Stopwatch.GetTimestamp());
    }

    /// <summary>Whether there was progress after a moment: in each of the first so many partitions.</summary>
    public bool IsIn(int partitions, long since) => Still(partitions, since) is null;

    /// <summary>The first partition without progress after a moment.</summary>
    public int? Still(int partitions, long since)
    {
        for (var partition = 0; partition < partitions; partition++)
            if (Volatile.Read(ref last[partition]) <= since)
                return partition;
        return null;
    }

    /// <summary>Whether there was progress after a moment in any partition.</summary>
    public bool IsAnywhere(long since)
    {
        for (var partition = 0; partition < Most; partition++)
            if (Volatile.Read(ref last[partition]) > since)
                return true;
        return false;
    }
}
