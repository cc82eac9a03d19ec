using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Answers that tell a client to stay away for a while.</summary>
static class ThrottledAnswers
{
    public static IMessage Of(IMessage answer, int milliseconds) => answer switch
    {
        Produce.Response one => one with { ThrottleTimeMs = milliseconds },
        Fetch.Response one => one with { ThrottleTimeMs = milliseconds },
        ListOffsets.Response one => one with { ThrottleTimeMs = milliseconds },
        Metadata.Response one => one with { ThrottleTimeMs = milliseconds },
        FindCoordinator.Response one => one with { ThrottleTimeMs = milliseconds },
        ApiVersions.Response one => one with { ThrottleTimeMs = milliseconds },
        CreateTopics.Response one => one with { ThrottleTimeMs = milliseconds },
        DeleteTopics.Response one => one with { ThrottleTimeMs = milliseconds },
        InitProducerId.Response one => one with { ThrottleTimeMs = milliseconds },
        OffsetForLeaderEpoch.Response one => one with { ThrottleTimeMs = milliseconds },
        DeleteRecords.Response one => one with { ThrottleTimeMs = milliseconds },
        CreatePartitions.Response one => one with { ThrottleTimeMs = milliseconds },
        DescribeConfigs.Response one => one with { ThrottleTimeMs = milliseconds },
        DescribeCluster.Response one => one with { ThrottleTimeMs = milliseconds },
        DescribeTopicPartitions.Response one => one with { ThrottleTimeMs = milliseconds },
        _ => throw new InvalidOperationException($"{answer.GetType()} has no place for a throttle time."),
    };
}
