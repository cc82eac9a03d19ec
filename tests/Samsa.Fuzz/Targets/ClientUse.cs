using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Rx;

namespace Samsa.Fuzz.Targets;

/// <summary>What the client does with an answer that was read, as far as it is only looking: whatever stands in it, it must not throw.</summary>
static class ClientUse
{
    static readonly AnswerDecoding Decoding = new(
        new() { OnCorrupt = CorruptPolicy.Skip, Isolation = Isolation.ReadCommitted }, new() { MaxInflatedBytes = 1 << 20 });

    /// <summary>Who uses the answers of an API; null when nobody looks at more than their fields.</summary>
    public static Action<object>? Of(Type message) =>
        message == typeof(Metadata.Response) ? answer => View((Metadata.Response)answer)
        : message == typeof(ApiVersions.Response) ? answer => BrokerApis.From((ApiVersions.Response)answer, 0)
        : message == typeof(Fetch.Response) ? answer => Decode((Fetch.Response)answer)
        : null;

    static void View(Metadata.Response answer)
    {
        var brokers = ViewReading.Brokers(answer);
        TopicView? before = null;
        foreach (var topic in ViewReading.Topics(answer).Values)
        {
            before = ViewReading.Topic(topic, before, brokers);
            for (var i = 1; i < before.Partitions.Count; i++)
                if (before.Partitions[i - 1].Partition >= before.Partitions[i].Partition)
                    throw new BrokenRuleException("The partitions of a view are not in their order.");
        }
    }

    static void Decode(Fetch.Response answer)
    {
        foreach (var topic in answer.Responses)
        {
            foreach (var partition in topic.Partitions)
            {
                var reader = new PartitionReader(new("t", partition.PartitionIndex), default, 1 << 20) { DamagedAt = 0 };
                var ask = new PartitionAsk(reader) with { Position = 0 };
                long room = 1 << 20;
                var decoded = Decoding.Decode(ask, partition.Records ?? default, partition.AbortedTransactions, ref room).Seal();
                if (decoded.Next < 0) throw new BrokenRuleException($"The next offset is {decoded.Next}.");
            }
        }
    }
}
