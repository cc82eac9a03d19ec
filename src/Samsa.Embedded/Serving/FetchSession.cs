namespace Samsa.Embedded.Serving;

/// <summary>What one client reads from this broker, in the order in which the partitions take their turn.</summary>
/// <remarks>The number of the next request is guarded by <see cref="FetchSessions"/>, the partitions by a lock of their
/// own: a hostile client may use one session on two connections.</remarks>
sealed class FetchSession(int id, bool byId)
{
    readonly Lock gate = new();
    readonly LinkedList<SessionPartition> order = [];
    readonly Dictionary<TopicPartition, LinkedListNode<SessionPartition>> byName = [];

    public int Id { get; } = id;

    /// <summary>Whether topics are named by their ids (Fetch 13 and later).</summary>
    public bool ById { get; } = byId;

    public int NextEpoch { get; set; } = 1;

    public long LastUsed { get; set; }

    /// <summary>How many partitions it holds.</summary>
    public int Count
    {
        get
        {
            lock (gate) return byName.Count;
        }
    }

    /// <summary>Takes in what a request changes, and gives all that is to be read now.</summary>
    public SessionPartition[] Update(IEnumerable<AskedPartition> changed, IEnumerable<TopicPartition> forgotten)
    {
        lock (gate)
        {
            foreach (var gone in forgotten)
                if (byName.Remove(gone, out var node)) order.Remove(node);
            foreach (var asked in changed)
            {
                if (byName.TryGetValue(asked.Name, out var known)) known.Value.Asked = asked;
                else byName[asked.Name] = order.AddLast(new SessionPartition { Asked = asked });
            }

            return [.. order];
        }
    }

    /// <summary>Partitions that gave something go to the end, so that the others have their turn.</summary>
    public void MoveToEnd(TopicPartition partition)
    {
        lock (gate)
        {
            if (!byName.TryGetValue(partition, out var node) || node.List is null) return;
            order.Remove(node);
            order.AddLast(node);
        }
    }
}

/// <summary>A partition of a session, and what its client was told last.</summary>
sealed class SessionPartition
{
    public required AskedPartition Asked { get; set; }

    /// <summary>The end of the log the client knows; −1: tell in any case.</summary>
    public long ToldHighWatermark { get; set; } = -1;

    /// <summary>The start of the log the client knows.</summary>
    public long ToldLogStart { get; set; } = -1;
}

/// <summary>A partition as a request names it: by name, or by id where <see cref="Topic"/> is empty.</summary>
readonly record struct TopicPartition(string Topic, Guid TopicId, int Partition);

/// <summary>From where on, and how much, a client wants of a partition.</summary>
readonly record struct AskedPartition(TopicPartition Name, long Offset, int MaxBytes, int LeaderEpoch, int LastEpoch);
