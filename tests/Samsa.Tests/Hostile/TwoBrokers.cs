using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Cluster;
using Samsa.Tests.Connections;
using Samsa.Tests.Embedded;
using Samsa.Tests.Topics;
using Samsa.Wire;

namespace Samsa.Tests.Hostile;

/// <summary>
/// A client of two brokers: number 1 leads <c>t</c> and says once what a test tells it to, number 2 leads <c>other</c>, which is read all
/// the while.
/// </summary>
sealed class TwoBrokers : IAsyncDisposable
{
    static readonly BackOff Quick = new() { First = TimeSpan.FromMilliseconds(5), Most = TimeSpan.FromMilliseconds(20) };

    readonly ScriptedPeer hostile;
    readonly ScriptedPeer honest;
    readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Watcher reading = new();
    Func<Heard, byte[]>? attack;
    Kafka? kafka;
    int connections;

    TwoBrokers()
    {
        honest = ScriptedPeer.Start(talk => ServeAsync(talk, HonestAsync));
        hostile = ScriptedPeer.Start(talk => ServeAsync(talk, HostileAsync));
    }

    public Kafka Kafka => kafka!;

    public SeenEvents Events { get; private set; } = null!;

    /// <summary>How often broker 1 was connected to for the questions that the attack answers.</summary>
    public int HostileConnections => hostile.Connections;

    public static async Task<TwoBrokers> OpenAsync(KafkaOptions? options = null)
    {
        var two = new TwoBrokers();
        two.kafka = await Kafka.ConnectAsync(two.honest.Address, (options ?? new()) with { Retry = Quick, Reconnect = Quick });
        two.Events = new(two.kafka.Events);
        two.kafka.Topics["other"].AsObservable().Subscribe(two.reading);
        await two.reading.Sees(1);
        two.connections = two.honest.Connections;
        return two;
    }

    /// <summary>What broker 1 sends, once, instead of the next answer to a question for offsets.</summary>
    public void Attack(Func<Heard, byte[]> bytes) => Volatile.Write(ref attack, bytes);

    /// <summary>The other reading goes on, over the connection that it had.</summary>
    public async Task OthersGoOnAsync()
    {
        release.TrySetResult();
        await reading.Sees(2);
        Assert.That(reading.Texts, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(reading.Error, Is.Null);
        Assert.That(honest.Connections, Is.EqualTo(connections), "the connections to the other broker are those that were");
    }

    public async ValueTask DisposeAsync()
    {
        await Kafka.DisposeAsync();
        await hostile.DisposeAsync();
        await honest.DisposeAsync();
    }

    static async Task ServeAsync(Talk talk, Func<Talk, Heard, Task<IMessage?>> answer)
    {
        while (true)
        {
            var heard = await talk.HearAsync();
            var said = heard.Api == ApiVersions.Api ? Talk.Everything : await answer(talk, heard);
            if (said is not null) await talk.AnswerAsync(heard, said);
        }
    }

    async Task<IMessage?> HostileAsync(Talk talk, Heard heard)
    {
        if (heard.Api == ListOffsets.Api && Interlocked.Exchange(ref attack, null) is { } bytes)
        {
            await talk.SayAsync(bytes(heard));
            return null;
        }

        return Answer(heard);
    }

    async Task<IMessage?> HonestAsync(Talk talk, Heard heard)
    {
        if (heard.Api != Fetch.Api) return Answer(heard);
        var offset = heard.Read<Fetch.Request>().Topics.SelectMany(topic => topic.Partitions).FirstOrDefault()?.FetchOffset;
        if (offset == 1) await release.Task;
        return offset is 0 or 1 ? Records(offset.Value, offset == 0 ? "a" : "b") : null;
    }

    IMessage? Answer(Heard heard) =>
        heard.Api == Metadata.Api ? View() : heard.Api == ListOffsets.Api ? Offsets(heard.Read<ListOffsets.Request>()) : null;

    static Fetch.Response Records(long offset, string value)
    {
        var batch = TestRecords.Batch(value);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(batch, offset);
        return new() { SessionId = 5, Responses = [new() { TopicId = IdOf("other"), Partitions = [new() { Records = batch }] }] };
    }

    static ListOffsets.Response Offsets(ListOffsets.Request asked) => new()
    {
        Topics = [.. asked.Topics.Select(topic => new ListOffsets.Response.ListOffsetsTopicResponse
        {
            Name = topic.Name,
            Partitions = [.. topic.Partitions.Select(one => new ListOffsets.Response.ListOffsetsPartitionResponse { PartitionIndex = one.PartitionIndex, Offset = one.Timestamp == -2 ? 0 : 10 })],
        })],
    };

    Metadata.Response View() => new()
    {
        ClusterId = "two",
        ControllerId = 2,
        Brokers = [new() { NodeId = 1, Host = "127.0.0.1", Port = hostile.Port }, new() { NodeId = 2, Host = "127.0.0.1", Port = honest.Port }],
        Topics = [Topic("t", 1), Topic("other", 2)],
    };

    static Metadata.Response.MetadataResponseTopic Topic(string name, int leader) => new()
    {
        Name = name,
        TopicId = IdOf(name),
        Partitions = [new() { LeaderId = leader, LeaderEpoch = 1, ReplicaNodes = [leader], IsrNodes = [leader] }],
    };

    static Guid IdOf(string topic) => new(topic.Length, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
}
