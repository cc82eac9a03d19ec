namespace Samsa.Rx;

/// <summary>A Kafka cluster: the front door. One object serves a whole program; it is safe to use from everywhere at once.</summary>
/// <remarks>
/// Nothing is read or written before it is asked for; what it holds is a connection to a broker and the view of the cluster.
/// Disposing it sends what still waits to be sent, ends all readings, and closes all connections.
/// </remarks>
public sealed class Kafka : IAsyncDisposable
{
    readonly KafkaEvents events;
    readonly BrokerConnections connections;
    readonly ClusterWatch watch;
    readonly TopicAdmin admin;
    readonly Readers readers;
    readonly Producers producers;
    readonly ZooKeeperCluster? zooKeeper;
    readonly IClusterChangeSource changes;
    int disposed;

    Kafka(IReadOnlyList<BrokerAddress> bootstrap, ZooKeeperCluster? zooKeeper, KafkaOptions options, KafkaEvents events)
    {
        Options = options;
        this.events = events;
        this.zooKeeper = zooKeeper;
        connections = new(bootstrap, options, events);
        watch = new(connections, options, events);
        changes = zooKeeper is null ? new MetadataChanges(watch, connections, options, events) : zooKeeper.Changes;
        admin = new(connections, watch, options, events);
        readers = new(watch, connections, options, events);
        producers = new(watch, connections, options, events);
        Topics = new(readers, producers);
    }

    /// <summary>Finds the cluster. Ends when a broker has said who belongs to it.</summary>
    /// <param name="bootstrap">
    /// Where to begin: <c>host:port,host:port</c>. One broker is enough, several survive one that is down. IPv6 addresses stand in
    /// brackets; the port is 9092 where it is left out. Or <c>zookeeper://host:port,host:port/chroot</c>, the ZooKeeper of a cluster: then its watches say what
    /// changes, and brokers are asked when they do.
    /// </param>
    /// <param name="options">How to behave; null for the defaults.</param>
    /// <param name="ct">Stops trying.</param>
    /// <returns>The cluster.</returns>
    /// <exception cref="ArgumentException"><paramref name="bootstrap"/> names nobody.</exception>
    /// <exception cref="FormatException">A part of <paramref name="bootstrap"/> is no address.</exception>
    /// <exception cref="NotSupportedException">The brokers that are registered in ZooKeeper are of Kafka 0.7.</exception>
    /// <exception cref="NoBrokersAvailableException">
    /// Nobody answered within <see cref="KafkaOptions.StartTimeout"/>, or those who did speak something else, or no broker is registered in ZooKeeper. It lists each address
    /// and why.
    /// </exception>
    /// <exception cref="TlsException">A file that <see cref="KafkaOptions.Tls"/> names cannot be used.</exception>
    public static async Task<Kafka> ConnectAsync(string bootstrap, KafkaOptions? options = null, CancellationToken ct = default)
    {
        await default(OffContext);
        ArgumentNullException.ThrowIfNull(bootstrap);
        options ??= new();
        var events = new KafkaEvents(options.Clock);
        var began = options.Clock.GetTimestamp();
        var zooKeeper = ZooKeeperCluster.IsMeantBy(bootstrap) ? await ZooKeeperCluster.FindAsync(bootstrap, options, events, ct) : null;
        var kafka = new Kafka(zooKeeper?.Found ?? Bootstrap.Parse(bootstrap), zooKeeper, options, events);
        try
        {
            var left = options.StartTimeout - options.Clock.GetElapsedTime(began);
            await kafka.watch.StartAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, ct);
            zooKeeper?.Move(kafka.watch, kafka.connections);
            return kafka;
        }
        catch
        {
            await kafka.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is being read.</summary>
    internal Readers Readers => readers;

    /// <summary>How this client behaves.</summary>
    public KafkaOptions Options { get; }

    /// <summary>The topics by name.</summary>
    public TopicCollection Topics { get; }

    /// <summary>The brokers that are there now, in the order of their node ids.</summary>
    public IReadOnlyList<BrokerInfo> Brokers => [.. watch.Current.Brokers.Values.OrderBy(broker => broker.NodeId)];

    /// <summary>
    /// What is known of the cluster: brokers, and the topics that this client uses. Begins with the latest view; an observer that is
    /// slow gets the newest one next. Ends when the client is disposed.
    /// </summary>
    public IObservable<ClusterView> Cluster => watch.Views;

    /// <summary>
    /// What changes in the whole cluster, whether this client uses it or not: a <see cref="ClusterChange.Snapshot"/> first, then brokers that go and come, topics,
    /// partitions, leaders. Cold. Told by ZooKeeper's watches if the cluster was found there; otherwise brokers are asked, every
    /// <see cref="KafkaOptions.ChangesInterval"/>, as long as somebody listens. Ends when the client is disposed.
    /// </summary>
    public IObservable<ClusterChange> Changes => changes.Changes;

    /// <summary>
    /// What happened and was dealt with: connections lost and found, requests tried again, views refreshed. Hot: tells from now on. An
    /// observer that is too slow loses the oldest and is told how many.
    /// </summary>
    public IObservable<KafkaEvent> Events => events;

    /// <summary>Which partitions a topic has, as assignments: all of them, or those that are chosen.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="options">
    /// Of these count <see cref="ConsumeOptions.Partitions"/>, <see cref="ConsumeOptions.Start"/>, <see cref="ConsumeOptions.TopicTimeout"/> and
    /// <see cref="ConsumeOptions.DeletionTimeout"/>, and with <see cref="ConsumeOptions.UntilEnd"/> it completes after the first; null for <see cref="KafkaOptions.Consume"/>.
    /// </param>
    /// <returns>
    /// Cold: each subscription begins with the present partitions (with none while there is no such topic), and then follows the cluster: partitions that are added rise the generation. Ends with a
    /// <see cref="TopicNotFoundException"/> when the topic is deleted.
    /// </returns>
    public IObservable<PartitionAssignment> Assignments(string topic, ConsumeOptions? options = null) =>
        new TopicAssignments(readers, TopicName.Checked(topic), options ?? Options.Consume);

    /// <summary>The records of partitions that come and go as somebody says: the partitions of several topics, a part of a topic, what a group assigns.</summary>
    /// <param name="assignments">Each is the whole set that is read from then on. When it completes, the last one stays.</param>
    /// <param name="options">How is read; null for <see cref="KafkaOptions.Consume"/>. <see cref="ConsumeOptions.Partitions"/> says nothing here.</param>
    /// <param name="merging">How partitions are given up (at once, or when what was delivered is dealt with), in which order they begin, and whether an error of one ends all.</param>
    /// <returns>The reading. It begins when it is subscribed to, which can be done once.</returns>
    public Reading Read(
        IObservable<PartitionAssignment> assignments, ConsumeOptions? options = null, MergeByAssignmentOptions<TopicPartition>? merging = null)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        return new(ReadingPlan.Of(readers, assignments, options, merging));
    }

    /// <inheritdoc cref="Read"/>
    /// <returns>The records. Cold: each subscription is a reading of its own.</returns>
    public IObservable<KafkaRecord> AsObservable(
        IObservable<PartitionAssignment> assignments, ConsumeOptions? options = null, MergeByAssignmentOptions<TopicPartition>? merging = null)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        return new ReadingSource(ReadingPlan.Of(readers, assignments, options, merging));
    }

    /// <summary>Creates a topic, and waits until the brokers show it with a leader for each partition.</summary>
    /// <param name="name">Its name: 1 to 249 of a-z, A-Z, 0-9, '.', '_', '-'.</param>
    /// <param name="partitions">How many partitions; -1 for as many as the brokers are set up to.</param>
    /// <param name="replication">How many brokers keep each; -1 for as many as the brokers are set up to.</param>
    /// <param name="configs">Settings of the topic, by Kafka's names.</param>
    /// <param name="ct">Stops waiting; the topic may come to be all the same.</param>
    /// <returns>A task that ends when the topic can be used.</returns>
    /// <exception cref="ArgumentException">The name cannot be one, or a number is out of its range.</exception>
    /// <exception cref="BrokerException">The brokers refuse: the topic exists already, replicas are too many, a setting is wrong.</exception>
    /// <exception cref="UnsupportedApiException">
    /// The brokers are older than 0.10.1, where topics are created by first use (publish to it) or by Kafka's own tools.
    /// </exception>
    /// <exception cref="TimeoutException">It was not done within <see cref="KafkaOptions.AdminTimeout"/>.</exception>
    public Task CreateTopicAsync(
        string name, int partitions = 1, short replication = -1, IReadOnlyDictionary<string, string>? configs = null, CancellationToken ct = default) =>
        admin.CreateAsync(name, partitions, replication, configs, ct);

    /// <summary>Deletes a topic with all its records, and waits until the brokers do not show it any more.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ct">Stops waiting; the topic may go all the same.</param>
    /// <returns>A task that ends when the topic is gone.</returns>
    /// <exception cref="ArgumentException">The name cannot be one.</exception>
    /// <exception cref="BrokerException">The brokers refuse: there is no such topic, or deleting is switched off.</exception>
    /// <exception cref="UnsupportedApiException">The brokers are older than 0.10.1.</exception>
    /// <exception cref="TimeoutException">It was not done within <see cref="KafkaOptions.AdminTimeout"/>.</exception>
    public Task DeleteTopicAsync(string name, CancellationToken ct = default) => admin.DeleteAsync(name, ct);

    /// <summary>All topics of the cluster, whether this client uses them or not, in the order of their names.</summary>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The topics.</returns>
    /// <exception cref="ConnectionException">No broker could be asked.</exception>
    public Task<IReadOnlyList<TopicView>> ListTopicsAsync(CancellationToken ct = default) => admin.ListAsync(ct);

    /// <summary>Sends what waits to be sent, ends all readings and closes all connections. Nothing can be asked afterwards.</summary>
    /// <returns>A task that ends when all is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        await default(OffContext);
        await producers.DisposeAsync();
        await readers.DisposeAsync();
        if (zooKeeper is not null) await zooKeeper.DisposeAsync();
        await watch.DisposeAsync();
        await connections.DisposeAsync();
        events.Complete();
    }
}
