using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Wire;

namespace Samsa.Tests.Cluster;

/// <summary>Some scripted peers that play brokers of one cluster: what they say of it can be changed at any time.</summary>
sealed class ScriptedCluster : IAsyncDisposable
{
    readonly Lock gate = new();
    readonly List<ScriptedPeer> peers = [];
    readonly Dictionary<string, Metadata.Response.MetadataResponseTopic> topics = [];

    public ScriptedCluster(int brokers = 1)
    {
        for (var id = 1; id <= brokers; id++)
        {
            var me = id;
            peers.Add(ScriptedPeer.Broker(heard => Answer(me, heard)));
        }
        Named = [.. peers.Select((peer, i) => new Metadata.Response.MetadataResponseBroker { NodeId = i + 1, Host = "127.0.0.1", Port = peer.Port })];
    }

    public IReadOnlyList<ScriptedPeer> Peers => peers;

    /// <summary>The brokers that are named.</summary>
    public IReadOnlyList<Metadata.Response.MetadataResponseBroker> Named { get; set; }

    public string ClusterId { get; set; } = "scripted";

    public int Controller { get; set; } = 1;

    /// <summary>Asked before the cluster answers by itself: by broker, to anything.</summary>
    public Func<int, Heard, IMessage?>? First { get; set; }

    public string Bootstrap => string.Join(',', peers.Select(peer => peer.Address));

    /// <summary>What was asked for in questions about the cluster, in their order; null for all topics.</summary>
    public IEnumerable<string?> Asked =>
        from heard in peers.SelectMany(peer => peer.Heard)
        where heard.Api == Metadata.Api
        let names = heard.Read<Metadata.Request>().Topics
        select names is null ? null : string.Join(' ', names.Select(topic => topic.Name));

    /// <summary>How often the state of the cluster was asked for.</summary>
    public int Questions => peers.Sum(peer => peer.Heard.Count(heard => heard.Api == Metadata.Api));

    public void Put(string topic, params (int Leader, int Epoch)[] partitions) => Put(topic, default, partitions);

    public void Put(string topic, Guid id, params (int Leader, int Epoch)[] partitions)
    {
        lock (gate)
            topics[topic] = new()
            {
                Name = topic,
                TopicId = id,
                Partitions = [.. partitions.Select((p, i) => new Metadata.Response.MetadataResponsePartition
                    { PartitionIndex = i, LeaderId = p.Leader, LeaderEpoch = p.Epoch, ReplicaNodes = [p.Leader], IsrNodes = [p.Leader] })],
            };
    }

    public void Remove(string topic)
    {
        lock (gate) topics.Remove(topic);
    }

    public Metadata.Response Describe(Metadata.Request question)
    {
        lock (gate)
            return new()
            {
                ClusterId = ClusterId,
                ControllerId = Controller,
                Brokers = Named,
                Topics = question.Topics is null
                    ? [.. topics.Values]
                    : [.. question.Topics.Select(topic => topics.GetValueOrDefault(topic.Name!) ?? new() { Name = topic.Name, ErrorCode = ErrorCode.UnknownTopicOrPartition })],
            };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in peers) await peer.DisposeAsync();
    }

    IMessage? Answer(int me, Heard heard) =>
        First?.Invoke(me, heard) ?? (heard.Api == Metadata.Api ? Describe(heard.Read<Metadata.Request>()) : null);
}
