using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Protocol.Compression;
using Samsa.ZooKeeper;

namespace Samsa.Rx;

/// <summary>How a client finds its brokers and how patient it is. Change single things with <c>with</c>.</summary>
public sealed partial record KafkaOptions
{
    readonly int? maxFrameBytes;

    /// <summary>The name of this client in the brokers' logs and quotas. Java: client.id.</summary>
    public string ClientId
    {
        get;
        init => field = Option.Given(value).Length <= 249
            ? value
            : throw new ArgumentException($"ClientId has {value.Length} characters; it can have 249.", nameof(ClientId));
    } = "samsa-rx";

    /// <summary>The one clock: every timeout, back-off and timer asks it.</summary>
    public TimeProvider Clock { get; init => field = Option.Given(value); } = TimeProvider.System;

    /// <summary>Where logs go. The categories begin with <c>Samsa.Rx</c>.</summary>
    public ILoggerFactory Logging { get; init => field = Option.Given(value); } = NullLoggerFactory.Instance;

    /// <summary>How long the first connection may take, with all tries. Then <see cref="NoBrokersAvailableException"/>.</summary>
    public TimeSpan StartTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromDays(1));
    } = TimeSpan.FromSeconds(30);

    /// <summary>How long one connection may take until it is open; the addresses of a host share it. Java: socket.connection.setup.timeout.ms.</summary>
    public TimeSpan ConnectTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromHours(1));
    } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long it may take after it took too long: the time doubles with each such attempt up to this, and is <see cref="ConnectTimeout"/> again once one
    /// succeeds. Java: socket.connection.setup.timeout.max.ms.
    /// </summary>
    public TimeSpan LongestConnectTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromHours(1));
    } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a broker may take to say which versions it speaks before it is tried whether it is a Kafka 0.9, which never says.
    /// librdkafka: api.version.request.timeout.ms.
    /// </summary>
    public TimeSpan NegotiationTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromMinutes(5));
    } = TimeSpan.FromSeconds(2);

    /// <summary>How long a broker may take to answer, from the moment the request is written. Java: request.timeout.ms.</summary>
    /// <remarks>An answer that does not come costs the connection: answers come in order, so nothing behind it can come either.</remarks>
    public TimeSpan RequestTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromHours(1));
    } = TimeSpan.FromSeconds(30);

    /// <summary>After how long without a request a connection is closed. Java: connections.max.idle.ms.</summary>
    public TimeSpan IdleTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(100), value, TimeSpan.FromDays(20));
    } = TimeSpan.FromMinutes(9);

    /// <summary>How long creating or deleting a topic may take, with all tries. Java: default.api.timeout.ms.</summary>
    public TimeSpan AdminTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromDays(1));
    } = TimeSpan.FromMinutes(1);

    /// <summary>The waits between tries to reach a broker. Java: reconnect.backoff.ms, reconnect.backoff.max.ms.</summary>
    public BackOff Reconnect { get; init => field = Option.Given(value); } = new() { First = TimeSpan.FromMilliseconds(50) };

    /// <summary>The waits between tries of a request, and between questions for the state of the cluster. Java: retry.backoff.ms, retry.backoff.max.ms.</summary>
    public BackOff Retry { get; init => field = Option.Given(value); } = new();

    /// <summary>After how long the state of the cluster is asked for again, though nothing asks for it. Java: metadata.max.age.ms.</summary>
    public TimeSpan MetadataMaxAge
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(10), value, TimeSpan.FromDays(1));
    } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How often brokers are asked for all topics while somebody listens to <see cref="Kafka.Changes"/>. A cluster that was found through ZooKeeper is watched instead.
    /// </summary>
    public TimeSpan ChangesInterval
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(10), value, TimeSpan.FromDays(1));
    } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How the session at ZooKeeper behaves, for a cluster that is found through it. Its clock is <see cref="Clock"/>.
    /// Java: zookeeper.session.timeout.ms, zookeeper.connection.timeout.ms.
    /// </summary>
    public ZooKeeperOptions ZooKeeper { get; init => field = Option.Given(value); } = new();

    /// <summary>
    /// TLS for the secure ports of ZooKeeper; null for plain text, or for what <see cref="ZooKeeperOptions.Tls"/> of <see cref="ZooKeeper"/> says.
    /// Java: zookeeper.ssl.client.enable; files by the names of librdkafka: zookeeper.ssl.ca.location, zookeeper.ssl.certificate.location.
    /// </summary>
    public TlsOptions? ZooKeeperTls { get; init; }

    /// <summary>
    /// The largest answer that is accepted, in bytes; and so no more is fetched at once, whatever <see cref="ConsumeOptions.FetchBytes"/> says.
    /// Unless it is set: 100 MiB, or a MiB more than the <see cref="ConsumeOptions.FetchBytes"/> of <see cref="Consume"/>. librdkafka: receive.message.max.bytes.
    /// </summary>
    public int MaxFrameBytes
    {
        get => maxFrameBytes ?? Math.Clamp(Consume.FetchBytes + (1 << 20), 100 << 20, 1 << 30);
        init => maxFrameBytes = Option.Between(1024, value, 1 << 30);
    }

    /// <summary>How many requests may wait for their answers on one connection; who asks more waits until one is answered.</summary>
    public int MaxRequestsWaiting
    {
        get;
        init => field = Option.Between(1, value, 10_000);
    } = 64;

    /// <summary>How topics are read, where nothing else is said.</summary>
    public ConsumeOptions Consume { get; init => field = Option.Given(value); } = new();

    /// <summary>How records are written, unless a sink is given options of its own.</summary>
    public SinkOptions Produce { get; init => field = Option.Given(value); } = new();

    /// <summary>
    /// How connections are made secret: all of them, those to brokers that the cluster names as well as those that were given to begin with. Null for
    /// plain text. Java: security.protocol.
    /// </summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>The codecs that batches may be compressed with.</summary>
    public CompressionCodecs Codecs { get; init => field = Option.Given(value); } = CompressionCodecs.Default;

    /// <summary>
    /// Asked about each broker that the cluster names, before anything connects to it: a broker that is not what it should be could
    /// name addresses of other services. Null lets us connect to any. The addresses that were given to begin with are not asked about.
    /// </summary>
    public Func<BrokerInfo, bool>? MayConnect { get; init; }

    /// <summary>How names become addresses. Tests put their own here.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>A logger for one part of the library.</summary>
    internal ILogger LogOf(string part) => Logging.CreateLogger("Samsa.Rx." + part);
}
