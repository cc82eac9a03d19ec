using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Cluster;
using Samsa.Tests.Connections;
using Samsa.Tests.Embedded;
using Samsa.Tests.Topics;
using Samsa.Wire;

namespace Samsa.Tests.Partitions;

/// <summary>Scripted brokers with a topic <c>t</c> whose fetch answers a test makes up, and a client that reads it.</summary>
sealed class FetchStage : IAsyncDisposable
{
    static readonly Guid Id = new("11111111-2222-3333-4444-555555555555");
    static readonly BackOff Quick = new() { First = TimeSpan.FromMilliseconds(5), Most = TimeSpan.FromMilliseconds(20) };

    readonly List<(int, Fetch.Request)> fetches = [];
    readonly List<(int, OffsetForLeaderEpoch.Request.OffsetForLeaderPartition)> checks = [];
    Kafka? kafka;

    FetchStage(int brokers) => Cluster = new(brokers) { First = Answer };

    public ScriptedCluster Cluster { get; }

    public Kafka Kafka => kafka!;

    public SeenEvents Events { get; private set; } = null!;

    /// <summary>What a broker answers to a fetch; null leaves it unanswered.</summary>
    public Func<int, Fetch.Request, IMessage?> OnFetch { get; set; } = (_, _) => new Fetch.Response();

    /// <summary>What a broker answers to a question for offsets.</summary>
    public Func<long, long> OffsetOf { get; set; } = time => time == -2 ? 0 : 1000;

    /// <summary>What a broker answers to the question where a leader epoch ends; null leaves it unanswered.</summary>
    public Func<int, OffsetForLeaderEpoch.Request.OffsetForLeaderPartition, OffsetForLeaderEpoch.Response.EpochEndOffset?> EndOf { get; set; } =
        (_, asked) => new() { LeaderEpoch = asked.LeaderEpoch, EndOffset = 1000 };

    /// <summary>The questions where an epoch ends that came, with the broker that was asked.</summary>
    public IReadOnlyList<(int Broker, OffsetForLeaderEpoch.Request.OffsetForLeaderPartition Asked)> Checks
    {
        get
        {
            lock (checks) return [.. checks];
        }
    }

    /// <summary>The fetches that came, with the broker that was asked.</summary>
    public IReadOnlyList<(int Broker, Fetch.Request Request)> Fetches
    {
        get
        {
            lock (fetches) return [.. fetches];
        }
    }

    /// <param name="brokers">How many brokers.</param>
    /// <param name="partitions">How many partitions; broker 1 leads them in epoch 1.</param>
    /// <param name="maxFrameBytes">The largest answer that the client takes.</param>
    /// <param name="prepare">What is changed before the client comes, and how it is.</param>
    public static async Task<FetchStage> OpenAsync(
        int brokers = 1, int partitions = 1, int maxFrameBytes = 100 << 20, Func<FetchStage, KafkaOptions, KafkaOptions>? prepare = null)
    {
        var stage = new FetchStage(brokers);
        stage.Lead([.. Enumerable.Repeat((1, 1), partitions)]);
        var options = new KafkaOptions { Retry = Quick, Reconnect = Quick, MetadataMaxAge = TimeSpan.FromHours(1), MaxFrameBytes = maxFrameBytes };
        stage.kafka = await Kafka.ConnectAsync(stage.Cluster.Bootstrap, prepare?.Invoke(stage, options) ?? options);
        stage.Events = new(stage.Kafka.Events);
        return stage;
    }

    /// <summary>Says who leads the partitions, from the next question on.</summary>
    public void Lead(params (int Leader, int Epoch)[] partitions) => Cluster.Put("t", Id, partitions);

    public Watcher Watch(ConsumeOptions? options = null)
    {
        var watcher = new Watcher();
        Kafka.Topics["t"].AsObservable(options).Subscribe(watcher);
        return watcher;
    }

    /// <summary>An answer in a session of number 5.</summary>
    public static Fetch.Response Says(params Fetch.Response.PartitionData[] partitions) => new()
    {
        SessionId = 5,
        Responses = [new() { TopicId = Id, Partitions = partitions }],
    };

    /// <summary>A batch of one record for each value, at an offset.</summary>
    public static Fetch.Response.PartitionData Batch(int partition, long offset, params string[] values) => Batch(partition, offset, epoch: 0, values);

    /// <summary>A batch that the leader of an epoch wrote.</summary>
    public static Fetch.Response.PartitionData Batch(int partition, long offset, int epoch, params string[] values)
    {
        var batch = TestRecords.Batch(values);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(batch, offset);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(12), epoch);
        return new() { PartitionIndex = partition, Records = batch };
    }

    public static Fetch.Response.PartitionData Error(ErrorCode error, int partition = 0) => new() { PartitionIndex = partition, ErrorCode = error };

    public async ValueTask DisposeAsync()
    {
        await Kafka.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    IMessage? Answer(int broker, Heard heard)
    {
        if (heard.Api == ListOffsets.Api) return Offsets(heard.Read<ListOffsets.Request>());
        if (heard.Api == OffsetForLeaderEpoch.Api) return Check(broker, heard.Read<OffsetForLeaderEpoch.Request>());
        if (heard.Api != Fetch.Api) return null;
        var request = heard.Read<Fetch.Request>();
        lock (fetches) fetches.Add((broker, request));
        return OnFetch(broker, request);
    }

    OffsetForLeaderEpoch.Response? Check(int broker, OffsetForLeaderEpoch.Request request)
    {
        var topic = request.Topics.Single();
        lock (checks) checks.AddRange(topic.Partitions.Select(asked => (broker, asked)));
        var ends = topic.Partitions.Select(asked => EndOf(broker, asked) is { } end ? end with { Partition = asked.Partition } : null).ToList();
        return ends.Contains(null) ? null : new() { Topics = [new() { Topic = topic.Topic, Partitions = [.. ends.Select(end => end!)] }] };
    }

    ListOffsets.Response Offsets(ListOffsets.Request asked) => new()
    {
        Topics =
        [
            .. asked.Topics.Select(topic => new ListOffsets.Response.ListOffsetsTopicResponse
            {
                Name = topic.Name,
                Partitions =
                [
                    .. topic.Partitions.Select(p => new ListOffsets.Response.ListOffsetsPartitionResponse
                        { PartitionIndex = p.PartitionIndex, Offset = OffsetOf(p.Timestamp) }),
                ],
            }),
        ],
    };
}
