using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Samsa.Protocol;

namespace Samsa.Embedded.Cluster;

/// <summary>What all brokers of the process agree on: which of them run, the topics, who leads what.</summary>
/// <remarks>Changes happen under one lock; whoever only looks sees immutable snapshots.</remarks>
sealed class ClusterState
{
    readonly Lock gate = new();
    readonly ConcurrentDictionary<string, TopicState> byName = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<Guid, TopicState> byId = new();
    volatile ImmutableSortedDictionary<int, BrokerAddress> alive = ImmutableSortedDictionary<int, BrokerAddress>.Empty;
    int created;
    int partitions;
    long lastProducerId = -1;

    public ClusterState(EmbeddedKafkaOptions options)
    {
        Options = options;
        Generation = Generation.Of(options.Profile);
        Requests = new RequestLog(options.RememberedRequests);
        Faults = new EmbeddedFaults(options.RememberedRequests);
        ClusterId = options.ClusterId ?? Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('/', '_').Replace('+', '-');
    }

    public EmbeddedKafkaOptions Options { get; }

    public Generation Generation { get; }

    public RequestLog Requests { get; }

    public EmbeddedFaults Faults { get; }

    /// <summary>Told, outside the lock, when something that is in step with the cluster has to look again.</summary>
    public Action Changed { get; set; } = static () => { };

    public string ClusterId { get; }

    /// <summary>The brokers that run, by number.</summary>
    public ImmutableSortedDictionary<int, BrokerAddress> Alive => alive;

    /// <summary>The replicas of a partition whose brokers do not run.</summary>
    public IReadOnlyList<int> Offline(Leadership partition) => [.. partition.Replicas.Where(replica => !alive.ContainsKey(replica))];

    /// <summary>The broker that creates and deletes topics: the lowest that runs; −1 for none.</summary>
    public int Controller => alive.IsEmpty ? -1 : alive.Keys.First();

    /// <summary>Whether there ever was a topic.</summary>
    public bool HadTopics => Volatile.Read(ref created) > 0;

    /// <summary>The topics, by name.</summary>
    public IEnumerable<TopicState> Topics => byName.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal);

    /// <summary>The time of the brokers, in ms since 1970.</summary>
    public long Now => Options.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public TopicState? Find(string? name) => name is not null && byName.TryGetValue(name, out var topic) ? topic : null;

    public TopicState? Find(Guid id) => byId.TryGetValue(id, out var topic) ? topic : null;

    /// <summary>Producers get numbers that no other producer has.</summary>
    public long NextProducerId() => Interlocked.Increment(ref lastProducerId);

    /// <summary>Creates a topic.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="replicas">For each partition the brokers that hold it; null to spread <paramref name="count"/> partitions.</param>
    /// <param name="count">How many partitions.</param>
    /// <param name="settings">What is set for it.</param>
    /// <param name="topic">The topic, when there is no error.</param>
    public ErrorCode Create(
        string name, IReadOnlyList<IReadOnlyList<int>>? replicas, int count, TopicSettings? settings, out TopicState? topic)
    {
        topic = null;
        if (!TopicNames.IsLegal(name)) return ErrorCode.InvalidTopic;
        lock (gate)
        {
            if (byName.ContainsKey(name)) return ErrorCode.TopicAlreadyExists;
            if (Judge(count, settings) is var error && error != ErrorCode.None) return error;
            topic = new TopicState(name, settings ?? new TopicSettings(), TopicRules.Of(settings, Options, Generation));
            replicas ??= Spread(created, 0, count, Replication(settings));
            created++;
            topic.Add(replicas.Select(NewLeader));
            partitions += count;
            byName[name] = byId[topic.Id] = topic;
        }

        Changed();
        Options.Logger.LogInformation("Topic {Topic} created with {Partitions} partitions.", name, count);
        return ErrorCode.None;
    }

    /// <summary>What <see cref="Create"/> would say, without doing it.</summary>
    public ErrorCode WouldCreate(string name, int count, TopicSettings? settings)
    {
        if (!TopicNames.IsLegal(name)) return ErrorCode.InvalidTopic;
        lock (gate) return byName.ContainsKey(name) ? ErrorCode.TopicAlreadyExists : Judge(count, settings);
    }

    public bool Delete(TopicState topic)
    {
        lock (gate)
        {
            if (!byName.TryRemove(new KeyValuePair<string, TopicState>(topic.Name, topic))) return false;
            byId.TryRemove(topic.Id, out _);
            partitions -= topic.Partitions.Count;
        }

        foreach (var partition in topic.Partitions) partition.Close();
        Changed();
        Options.Logger.LogInformation("Topic {Topic} deleted.", topic.Name);
        return true;
    }

    /// <summary>Adds partitions until there are <paramref name="total"/>.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="total">How many partitions it has afterwards.</param>
    /// <param name="replicas">For each new partition the brokers that hold it; null to spread them.</param>
    /// <param name="validateOnly">Whether it is only said what would come of it.</param>
    public ErrorCode Grow(TopicState topic, int total, IReadOnlyList<IReadOnlyList<int>>? replicas = null, bool validateOnly = false)
    {
        lock (gate)
        {
            var have = topic.Partitions.Count;
            if (!ReferenceEquals(Find(topic.Name), topic)) return ErrorCode.UnknownTopicOrPartition;
            if (total <= have) return ErrorCode.InvalidPartitions;
            if (total - have > Options.MaxPartitions - partitions) return ErrorCode.PolicyViolation;
            if (validateOnly) return ErrorCode.None;
            var first = topic.Partitions[0].Leadership;
            replicas ??= Spread(first.Replicas[0] - 1, have, total - have, first.Replicas.Length);
            topic.Add(replicas.Select(NewLeader));
            partitions += total - have;
        }

        Changed();
        Options.Logger.LogInformation("Topic {Topic} has {Partitions} partitions now.", topic.Name, total);
        return ErrorCode.None;
    }

    /// <summary>Lets another broker lead a partition.</summary>
    public void Move(PartitionState partition, int broker)
    {
        lock (gate)
        {
            if (!alive.ContainsKey(broker)) throw new InvalidOperationException($"Broker {broker} does not run.");
            if (partition.Leadership.Leader == broker) return;
            partition.Lead(before => before.WithLeader(broker));
        }

        Changed();
        Options.Logger.LogInformation("Broker {Broker} leads partition {Partition} of {Topic}.", broker, partition.Index, partition.Topic.Name);
    }

    /// <summary>Lets a replica lead that has not got everything: the log ends at <paramref name="offset"/> from now on.</summary>
    public void Truncate(PartitionState partition, long offset, int? leader)
    {
        lock (gate)
        {
            var next = leader ?? partition.Leadership.Leader;
            if (!alive.ContainsKey(next)) throw new InvalidOperationException($"Broker {next} does not run.");
            partition.Truncate(offset, before => before.WithLeader(next));
        }

        Changed();
        Options.Logger.LogInformation(
            "Partition {Partition} of {Topic} lost what was behind {Offset}.", partition.Index, partition.Topic.Name, offset);
    }

    public void BrokerStarted(int broker, BrokerAddress address)
    {
        lock (gate)
        {
            alive = alive.SetItem(broker, address);
            var running = alive.Keys.ToHashSet();
            ForAll(partition => partition.Lead(before => before.With(broker, running)));
        }

        Changed();
    }

    public void BrokerStopped(int broker)
    {
        lock (gate)
        {
            alive = alive.Remove(broker);
            ForAll(partition => partition.Lead(before => before.Without(broker)));
        }

        Changed();
    }

    ErrorCode Judge(int count, TopicSettings? settings)
    {
        if (count < 1) return ErrorCode.InvalidPartitions;
        if (alive.IsEmpty || settings?.ReplicationFactor > alive.Count) return ErrorCode.InvalidReplicationFactor;
        return count > Options.MaxPartitions - partitions ? ErrorCode.PolicyViolation : ErrorCode.None;
    }

    int Replication(TopicSettings? settings) =>
        settings?.ReplicationFactor ?? Math.Min(Options.DefaultReplication, alive.Count);

    // Topics begin at different brokers and partitions go around, so that all brokers lead about as many.
    List<IReadOnlyList<int>> Spread(int start, int first, int count, int replication)
    {
        var brokers = alive.Keys.ToArray();
        var spread = new List<IReadOnlyList<int>>(count);
        for (var partition = first; partition < first + count; partition++)
        {
            var leader = start + partition;
            spread.Add([.. Enumerable.Range(0, Math.Min(replication, brokers.Length)).Select(i => brokers[(leader + i) % brokers.Length])]);
        }

        return spread;
    }

    Leadership NewLeader(IReadOnlyList<int> replicas)
    {
        var inSync = replicas.Where(alive.ContainsKey).ToImmutableArray();
        return new Leadership(inSync.IsEmpty ? Leadership.None : inSync[0], 0, [.. replicas], inSync.IsEmpty ? [.. replicas] : inSync);
    }

    void ForAll(Action<PartitionState> change)
    {
        foreach (var topic in byName.Values)
            foreach (var partition in topic.Partitions) change(partition);
    }
}

/// <summary>Where a broker listens.</summary>
readonly record struct BrokerAddress(string Host, int Port);
