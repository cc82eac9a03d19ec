namespace Samsa.Embedded.Cluster;

/// <summary>A topic and its partitions.</summary>
sealed class TopicState(string name, TopicSettings settings, TopicRules rules)
{
    volatile PartitionState[] partitions = [];

    public string Name { get; } = name;

    /// <summary>A topic that is deleted and created again is another one (KIP-516).</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>What was set for it.</summary>
    public TopicSettings Settings { get; } = settings;

    /// <summary>What holds for it.</summary>
    public TopicRules Rules { get; } = rules;

    public IReadOnlyList<PartitionState> Partitions => partitions;

    public PartitionState? Find(int partition) =>
        (uint)partition < (uint)partitions.Length ? partitions[partition] : null;

    public void Add(IEnumerable<Leadership> leaders)
    {
        var first = partitions.Length;
        partitions = [.. partitions, .. leaders.Select((leader, i) => new PartitionState(this, first + i, leader))];
    }
}
