namespace Samsa.Scenarios.Soak;

/// <summary>What somebody read of a topic: for each partition its records in the order of their offsets, from 0 on and without a gap.</summary>
sealed class TopicLog(string reader, Facts facts)
{
    readonly Lock gate = new();
    readonly List<List<Mark>> partitions = [];

    public string Reader { get; } = reader;

    /// <summary>When there was something to read in which partition.</summary>
    public Pulse Pulse { get; } = new();

    public int Partitions
    {
        get
        {
            lock (gate) return partitions.Count;
        }
    }

    /// <summary>Takes the next record of a partition. Nothing in these topics makes gaps: no transaction, no compaction.</summary>
    public void Add(int partition, long offset, Mark mark)
    {
        lock (gate)
        {
            while (partitions.Count <= partition) partitions.Add([]);
            var log = partitions[partition];
            if (offset == log.Count)
            {
                log.Add(mark);
            }
            else
            {
                facts.Add("offsets without gaps", $"{Reader} got {mark} at {partition}@{offset} when {log.Count} was the next");
                if (offset < log.Count) return;
                // Only so many places are kept for what may still be missing.
                for (var missing = log.Count; missing < offset && offset - missing < 1_000_000; missing++) log.Add(Mark.Missing);
                log.Add(mark);
            }
        }

        Pulse.Beat(partition);
    }

    public int CountOf(int partition)
    {
        lock (gate) return partition < partitions.Count ? partitions[partition].Count : 0;
    }

    /// <summary>How many records it has in all.</summary>
    public int Total
    {
        get
        {
            lock (gate) return partitions.Sum(log => log.Count);
        }
    }

    /// <summary>A partition as it is now.</summary>
    public Mark[] this[int partition]
    {
        get
        {
            lock (gate) return partition < partitions.Count ? [.. partitions[partition]] : [];
        }
    }
}
