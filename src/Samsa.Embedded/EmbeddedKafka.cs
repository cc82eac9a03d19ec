using Samsa.Embedded.Cluster;
using Samsa.Embedded.Registering;
using Samsa.Embedded.Serving;
using Samsa.Embedded.Storage;
using Samsa.Protocol;

namespace Samsa.Embedded;

/// <summary>A Kafka inside the process: brokers on real loopback sockets, with their logs in memory.</summary>
/// <remarks>
/// <para>Any client can talk to it. It speaks the versions of its <see cref="KafkaProfile"/>, and refuses, closes and
/// answers as that Kafka does.</para>
/// <para>The brokers share the logs: a replica is a place in a list, so it is always up to date, and acks all are as
/// quick as acks 1. There are no consumer groups, no transaction coordinator, and of security there is TLS. Only leaders serve
/// readers, unless the brokers are in racks.</para>
/// <para>Memory is bounded by retention: <see cref="EmbeddedKafkaOptions.RetentionBytes"/> for each partition.</para>
/// </remarks>
/// <example><code>
/// await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
/// kafka.CreateTopic("trams", partitions: 6);
/// var client = new MyClient(kafka.BootstrapServers);
/// </code></example>
public sealed class EmbeddedKafka : IAsyncDisposable
{
    readonly ClusterState cluster;
    readonly BrokerServer[] servers;
    readonly Registry? registry;
    int disposed;

    EmbeddedKafka(ClusterState cluster, BrokerServer[] servers, Registry? registry)
    {
        (this.cluster, this.servers, this.registry) = (cluster, servers, registry);
        Brokers = [.. servers.Select(server => new EmbeddedBroker(server))];
    }

    /// <summary>The addresses of all brokers, those included that are stopped: <c>127.0.0.1:9092,127.0.0.1:9093</c>.</summary>
    public string BootstrapServers => string.Join(',', servers.Select(server => $"{server.Host}:{server.Port}"));

    /// <summary>The brokers, by number: the first is number 1.</summary>
    public IReadOnlyList<EmbeddedBroker> Brokers { get; }

    /// <summary>The name of the cluster, as clients see it.</summary>
    public string ClusterId => cluster.ClusterId;

    /// <summary>The names of the topics there are.</summary>
    public IReadOnlyList<string> Topics => [.. cluster.Topics.Select(topic => topic.Name)];

    /// <summary>The latest requests of all brokers in the order in which they were read, as many as the options say.</summary>
    public IReadOnlyList<EmbeddedRequest> Requests => cluster.Requests.Snapshot();

    /// <summary>Faults by script: requests that are answered with errors, late, in pieces, or not at all.</summary>
    public EmbeddedFaults Faults => cluster.Faults;

    /// <summary>Starts a cluster.</summary>
    /// <param name="brokers">How many brokers; they are numbered from 1.</param>
    /// <param name="options">How they behave; null for the defaults.</param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="System.Net.Sockets.SocketException">A port that was asked for is taken.</exception>
    /// <exception cref="ArgumentException">There is a ZooKeeper in the options, and the profile is one of a Kafka without.</exception>
    /// <exception cref="InvalidOperationException">Other brokers were at that place in ZooKeeper.</exception>
    /// <exception cref="Samsa.ZooKeeper.ZooKeeperException">ZooKeeper could not be reached.</exception>
    public static async Task<EmbeddedKafka> StartAsync(
        int brokers = 1, EmbeddedKafkaOptions? options = null, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        ct.ThrowIfCancellationRequested();
        options ??= new EmbeddedKafkaOptions();
        var cluster = new ClusterState(options);
        var memory = new RequestMemory(4L * options.MaxRequestBytes);
        var servers = new List<BrokerServer>(brokers);
        Registry? registry = null;
        try
        {
            if (options.ZooKeeper is not null) registry = await Registry.OpenAsync(options.ZooKeeper, cluster, ct).ConfigureAwait(false);
            for (var id = 1; id <= brokers; id++)
                servers.Add(new BrokerServer(id, options.FirstPort == 0 ? 0 : options.FirstPort + id - 1, cluster, memory));
            foreach (var server in servers)
            {
                await server.StartAsync().ConfigureAwait(false);
                if (registry is not null) await registry.JoinAsync(server.Id, ct).ConfigureAwait(false);
            }

            return new EmbeddedKafka(cluster, [.. servers], registry);
        }
        catch
        {
            if (registry is not null) await registry.DisposeAsync().ConfigureAwait(false);
            foreach (var server in servers) await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Creates a topic.</summary>
    /// <param name="name">Its name: letters, digits, dots, underscores and hyphens, at most 249.</param>
    /// <param name="partitions">How many partitions.</param>
    /// <param name="settings">What is set for it; null for the options of the cluster.</param>
    /// <exception cref="InvalidOperationException">It is there already, or cannot be; the message says the Kafka error.</exception>
    public void CreateTopic(string name, int partitions = 1, TopicSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        var error = cluster.Create(name, null, partitions, settings, out _);
        if (error != ErrorCode.None) throw new InvalidOperationException($"Topic {name} cannot be created: {error.KafkaName}.");
    }

    /// <summary>Deletes a topic with all its records.</summary>
    /// <exception cref="InvalidOperationException">There is no such topic.</exception>
    public void DeleteTopic(string name) => cluster.Delete(Topic(name));

    /// <summary>Adds partitions to a topic.</summary>
    /// <param name="name">The topic.</param>
    /// <param name="total">How many partitions it has afterwards; more than now.</param>
    /// <exception cref="ArgumentOutOfRangeException">It has as many already, or all topics together would have too many.</exception>
    /// <exception cref="InvalidOperationException">There is no such topic.</exception>
    public void AddPartitions(string name, int total)
    {
        var topic = Topic(name);
        var error = cluster.Grow(topic, total);
        if (error == ErrorCode.UnknownTopicOrPartition) throw new InvalidOperationException($"There is no topic {name}.");
        if (error != ErrorCode.None)
            throw new ArgumentOutOfRangeException(nameof(total), total, $"Topic {name} has {topic.Partitions.Count} partitions: {error.KafkaName}.");
    }

    /// <summary>
    /// Lets another broker lead a partition. The one that led answers NOT_LEADER_OR_FOLLOWER from now on, waiting fetches
    /// at once.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="toBroker">The broker; one that has no replica takes the place of the leader among the replicas.</param>
    /// <exception cref="InvalidOperationException">There is no such partition, or the broker does not run.</exception>
    public void MoveLeader(string topic, int partition, int toBroker) => cluster.Move(Partition(topic, partition), toBroker);

    /// <summary>
    /// Lets a replica lead a partition that has not got everything (unclean election): what lies behind an offset is lost, and the
    /// next leader begins there with a new epoch. A batch that reaches behind the offset is lost as a whole; waiting fetches are woken.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="toOffset">The offset the next record gets; not before the start of the log nor behind its end.</param>
    /// <param name="leader">The broker that leads from now on; null for the one that does.</param>
    /// <exception cref="InvalidOperationException">There is no such partition, or the broker does not run.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The offset is not in the log.</exception>
    public void Truncate(string topic, int partition, long toOffset, int? leader = null) =>
        cluster.Truncate(Partition(topic, partition), toOffset, leader);

    /// <summary>Forgets the records of a partition before an offset, as retention and DeleteRecords do.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="beforeOffset">
    /// The first offset that stays; the end of the log forgets everything. One that is gone already changes nothing.
    /// </param>
    /// <exception cref="InvalidOperationException">There is no such partition.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The offset is behind the end of the log.</exception>
    public void DeleteRecords(string topic, int partition, long beforeOffset) => Partition(topic, partition).DeleteBefore(beforeOffset);

    /// <summary>The broker that leads a partition; −1 when none does.</summary>
    /// <exception cref="InvalidOperationException">There is no such partition.</exception>
    public int LeaderOf(string topic, int partition) => Partition(topic, partition).Leadership.Leader;

    /// <summary>
    /// Stops a broker: its connections are cut, its port is refused. What it led is led by another replica at once; a
    /// partition without one has no leader until the broker is back.
    /// </summary>
    /// <remarks>In ZooKeeper it says farewell: its nodes are gone when this is done.</remarks>
    /// <param name="id">The number of the broker.</param>
    public Task StopBrokerAsync(int id) => StopAsync(id, saysFarewell: true);

    /// <summary>
    /// As <see cref="StopBrokerAsync"/>, without a farewell in ZooKeeper: its nodes are there until its session is over
    /// (<see cref="EmbeddedKafkaOptions.ZooKeeperSessionTimeout"/>). When it was the controller, ZooKeeper hears of no change before that.
    /// </summary>
    /// <param name="id">The number of the broker.</param>
    public Task KillBrokerAsync(int id) => StopAsync(id, saysFarewell: false);

    /// <summary>
    /// Starts a broker again that was stopped. It follows; what nobody else could lead it leads again.
    /// </summary>
    /// <param name="id">The number of the broker.</param>
    /// <param name="port">
    /// The port it listens on; null for the one it had, 0 for any free one. That of another broker that is stopped is taken from it,
    /// which gets a free one when it starts: so one broker can appear at the address of another.
    /// </param>
    /// <exception cref="System.Net.Sockets.SocketException">The port is taken.</exception>
    /// <exception cref="Samsa.ZooKeeper.ZooKeeperException">ZooKeeper could not be reached: the broker runs, and is not registered.</exception>
    public async Task StartBrokerAsync(int id, int? port = null)
    {
        ObjectDisposedException.ThrowIf(disposed != 0, this);
        var server = Server(id);
        if (port is > 0 && servers.FirstOrDefault(other => other != server && other.Port == port) is { } holder)
            await holder.LeavePortAsync().ConfigureAwait(false);
        await server.StartAsync(port).ConfigureAwait(false);
        if (registry is not null) await registry.JoinAsync(id, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>What a partition holds now.</summary>
    /// <exception cref="InvalidOperationException">There is no such partition.</exception>
    public EmbeddedLog Log(string topic, int partition) => Partition(topic, partition).Look((log, _, stable) => new EmbeddedLog
    {
        Topic = topic,
        Partition = partition,
        StartOffset = log.Start,
        EndOffset = log.End,
        LastStableOffset = stable,
        SizeInBytes = log.SizeInBytes,
        Batches = [.. log.EntriesFrom(log.Start)],
    });

    /// <summary>
    /// Appends batches as they are, whoever leads: they get their offsets and the epoch of the leader, and nothing else
    /// of them is looked at. So damaged batches, batches of transactions and the markers that end them can be put into a
    /// log. Markers move the last stable offset and make the list of aborted transactions.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="batches">One or several batches one after the other, as they travel; the last offset of each follows
    /// from its header.</param>
    /// <exception cref="ArgumentException">The lengths of the batches do not fit together.</exception>
    /// <exception cref="InvalidOperationException">There is no such partition.</exception>
    public void AppendRaw(string topic, int partition, ReadOnlyMemory<byte> batches)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        for (var rest = batches; !rest.IsEmpty; rest = rest[entries[^1].Length..])
        {
            if (rest.Length < Entry.Smallest(0) || Entry.Size(rest.Span) is var size && (size < Entry.Smallest(0) || size > rest.Length)
                || size < Entry.Smallest(Entry.Magic(rest.Span)))
                throw new ArgumentException("The lengths of the batches do not fit together.", nameof(batches));
            entries.Add(rest[..size]);
        }

        Partition(topic, partition).AppendRaw(entries, cluster.Now);
    }

    /// <summary>Stops all brokers and gives their ports back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask())).ConfigureAwait(false);
        if (registry is not null) await registry.DisposeAsync().ConfigureAwait(false);
    }

    async Task StopAsync(int id, bool saysFarewell)
    {
        var server = Server(id);
        // Its session goes silent first: what is still connected when the cluster hears of the stop hands over in good order.
        if (registry is not null && !saysFarewell) await registry.LeaveAsync(id, saysFarewell: false).ConfigureAwait(false);
        await server.StopAsync(forGood: false).ConfigureAwait(false);
        if (registry is not null) await registry.LeaveAsync(id, saysFarewell: true).ConfigureAwait(false);
    }

    TopicState Topic(string name) =>
        cluster.Find(name) ?? throw new InvalidOperationException($"There is no topic {name}.");

    PartitionState Partition(string topic, int partition) =>
        Topic(topic).Find(partition) ?? throw new InvalidOperationException($"There is no partition {partition} of topic {topic}.");

    BrokerServer Server(int id) => id >= 1 && id <= servers.Length ? servers[id - 1]
        : throw new ArgumentOutOfRangeException(nameof(id), id, $"The brokers are numbered from 1 to {servers.Length}.");
}
