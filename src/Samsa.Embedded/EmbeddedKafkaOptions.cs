using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Protocol.Records;

namespace Samsa.Embedded;

/// <summary>How an <see cref="EmbeddedKafka"/> behaves.</summary>
public sealed record EmbeddedKafkaOptions
{
    /// <summary>Which Kafka the brokers behave like.</summary>
    public KafkaProfile Profile { get; init => field = Setting.Known(value); } = KafkaProfile.V4_3;

    /// <summary>The id of the cluster, for one that comes back in another's place; null for an id of its own. Clients keep away from an address where another cluster answers.</summary>
    public string? ClusterId { get; init; }

    /// <summary>The port of the first broker, the others follow; 0 for any free ports.</summary>
    public int FirstPort
    {
        get;
        init => field = value is >= 0 and <= 65535 ? value : throw Setting.NotBetween(nameof(FirstPort), value, 0, 65535);
    }

    /// <summary>
    /// Whether asking for the metadata of a topic that is not there creates it. Kafka: <c>auto.create.topics.enable</c>.
    /// As on a real broker the first answer is still an error (LEADER_NOT_AVAILABLE; UNKNOWN_TOPIC_OR_PARTITION from 4.0
    /// on), the next one has the topic.
    /// </summary>
    public bool AutoCreateTopics { get; init; } = true;

    /// <summary>How many partitions a topic gets when nobody says. Kafka: <c>num.partitions</c>.</summary>
    public int DefaultPartitions
    {
        get;
        init => field = value >= 1 ? value : throw Setting.NotFrom(nameof(DefaultPartitions), value, 1);
    } = 1;

    /// <summary>
    /// On how many brokers a partition has a replica when nobody says, never more than there are. Kafka:
    /// <c>default.replication.factor</c>, which is 1 there; 3 here, so that a broker can be stopped and its partitions go
    /// on.
    /// </summary>
    public int DefaultReplication
    {
        get;
        init => field = value >= 1 ? value : throw Setting.NotFrom(nameof(DefaultReplication), value, 1);
    } = 3;

    /// <summary>
    /// The racks of the brokers, in their order; null: they are in none, and only leaders serve readers. With racks a reader
    /// that says in which it is, is sent to a follower there that is in sync (KIP-392). Kafka: <c>broker.rack</c>, and
    /// <c>replica.selector.class</c> set to its RackAwareReplicaSelector.
    /// </summary>
    public IReadOnlyList<string>? Racks { get; init; }

    /// <summary>
    /// How many bytes one partition keeps in memory before it forgets its oldest records. Kafka:
    /// <c>log.retention.bytes</c>. The oldest of some segments goes at a time, so up to a quarter more than this is held.
    /// </summary>
    public long RetentionBytes
    {
        get;
        init => field = value >= 1 ? value : throw Setting.NotFrom(nameof(RetentionBytes), value, 1);
    } = 256L * 1024 * 1024;

    /// <summary>The largest batch that is accepted, in bytes. Kafka: <c>message.max.bytes</c>.</summary>
    public int MaxMessageBytes
    {
        get;
        init => field = value >= 0 ? value : throw Setting.NotFrom(nameof(MaxMessageBytes), value, 0);
    } = 1024 * 1024 + 12;

    /// <summary>Whose clock the timestamps of the records tell. Kafka: <c>log.message.timestamp.type</c>.</summary>
    public TimestampType TimestampType { get; init => field = Setting.Known(value); } = TimestampType.Create;

    /// <summary>
    /// The largest request that is read, in bytes; a larger one closes its connection. Kafka:
    /// <c>socket.request.max.bytes</c>.
    /// </summary>
    public int MaxRequestBytes
    {
        get;
        init => field = value >= 1 ? value : throw Setting.NotFrom(nameof(MaxRequestBytes), value, 1);
    } = 100 * 1024 * 1024;

    /// <summary>
    /// How many connections one broker holds at a time; further ones are closed as they come. Kafka:
    /// <c>max.connections</c>.
    /// </summary>
    public int MaxConnections
    {
        get;
        init => field = value >= 1 ? value : throw Setting.NotFrom(nameof(MaxConnections), value, 1);
    } = 1000;

    /// <summary>How many partitions all topics together may have; requests for more are refused with POLICY_VIOLATION.</summary>
    public int MaxPartitions
    {
        get;
        init => field = value >= 1 ? value : throw Setting.NotFrom(nameof(MaxPartitions), value, 1);
    } = 50_000;

    /// <summary>
    /// The ZooKeeper in which the brokers register themselves and their topics as those of the profile do: <c>host:2181,host:2181/chroot</c>,
    /// the <see cref="EmbeddedZooKeeper.ConnectString"/> of an embedded one or any other; null for none. Kafka: <c>zookeeper.connect</c>.
    /// </summary>
    /// <remarks>
    /// What is written there follows the cluster, a moment later. It goes that way only: who writes a topic into ZooKeeper creates none here. The
    /// brokers must have the place to themselves, because what other brokers left there is not theirs; a chroot makes one.
    /// </remarks>
    public string? ZooKeeper { get; init; }

    /// <summary>
    /// How long a broker that is killed stays in ZooKeeper, as far as the server allows it. Kafka: <c>zookeeper.session.timeout.ms</c>.
    /// </summary>
    public TimeSpan ZooKeeperSessionTimeout
    {
        get;
        init => field = value >= TimeSpan.FromMilliseconds(100) && value <= TimeSpan.FromHours(1)
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(ZooKeeperSessionTimeout), $"{nameof(ZooKeeperSessionTimeout)} is {value}; it can be from 00:00:00.1 to 01:00:00.");
    } = TimeSpan.FromSeconds(6);

    /// <summary>How many of the latest requests <see cref="EmbeddedKafka.Requests"/> remembers.</summary>
    public int RememberedRequests
    {
        get;
        init => field = value >= 0 ? value : throw Setting.NotFrom(nameof(RememberedRequests), value, 0);
    } = 1000;

    /// <summary>
    /// With which certificate all brokers speak TLS, and TLS alone; null: plain text. It has its private key, and names <c>127.0.0.1</c>, which is what the
    /// brokers call themselves. Kafka: <c>ssl.keystore.location</c>.
    /// </summary>
    public X509Certificate2? Certificate
    {
        get;
        init => field = value is null || value.HasPrivateKey ? value : throw new ArgumentException("Certificate has no private key.", nameof(Certificate));
    }

    /// <summary>What lies between <see cref="Certificate"/> and its authority; null when nothing does.</summary>
    public X509Certificate2Collection? CertificateChain { get; init; }

    /// <summary>
    /// The authorities of one of which each client must show a certificate; null: none is asked for one. Only together with
    /// <see cref="Certificate"/>. Kafka: <c>ssl.client.auth=required</c> with <c>ssl.truststore.location</c>.
    /// </summary>
    public X509Certificate2Collection? ClientAuthorities { get; init; }

    /// <summary>The rack of a broker; null when it is in none.</summary>
    internal string? RackOf(int broker) => Racks is not null && broker >= 1 && broker <= Racks.Count ? Racks[broker - 1] : null;

    /// <summary>The clock of the brokers: the timestamps they give, and how long a fetch is held open.</summary>
    public TimeProvider Clock { get; init => field = Setting.Given(value); } = TimeProvider.System;

    /// <summary>
    /// Told of connections that were closed because of what came through them, of leaders that move, of topics that come
    /// and go.
    /// </summary>
    public ILogger Logger { get; init => field = Setting.Given(value); } = NullLogger.Instance;
}
