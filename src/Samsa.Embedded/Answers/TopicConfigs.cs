using System.Collections.Frozen;
using System.Globalization;
using Samsa.Protocol.Records;

namespace Samsa.Embedded.Answers;

/// <summary>
/// The settings of a topic by their Kafka names. Those that mean something here take effect; the others Kafka has are
/// accepted.
/// </summary>
static class TopicConfigs
{
    /// <summary>Names Kafka has and this broker does without: how a log lies on a disk, or who may throttle whom.</summary>
    static readonly FrozenSet<string> WithoutEffect = FrozenSet.ToFrozenSet(
    [
        "compression.gzip.level", "compression.lz4.level", "compression.type", "compression.zstd.level", "delete.retention.ms",
        "file.delete.delay.ms", "flush.messages", "flush.ms", "follower.replication.throttled.replicas", "index.interval.bytes",
        "leader.replication.throttled.replicas", "local.retention.bytes", "local.retention.ms", "max.compaction.lag.ms",
        "message.downconversion.enable", "message.format.version", "message.timestamp.before.max.ms",
        "message.timestamp.difference.max.ms", "min.cleanable.dirty.ratio", "min.compaction.lag.ms", "preallocate",
        "remote.log.copy.disable", "remote.log.delete.on.disable", "remote.storage.enable", "retention.ms", "segment.bytes",
        "segment.index.bytes", "segment.jitter.ms", "segment.ms", "unclean.leader.election.enable",
    ]);

    /// <summary>Reads settings; what is wrong with them otherwise.</summary>
    public static string? Read(IEnumerable<(string Name, string? Value)> configs, out TopicSettings settings)
    {
        settings = new TopicSettings();
        foreach (var (name, value) in configs)
        {
            if (value is null) return $"Null value not supported for topic config: {name}.";
            if (WithoutEffect.Contains(name)) continue;
            if (With(settings, name, value) is not { } changed) return $"{name} cannot be {value}, or is no setting of a topic.";
            settings = changed;
        }

        return null;
    }

    static TopicSettings? With(TopicSettings settings, string name, string value) => name switch
    {
        "retention.bytes" when Number(value) is -1 => settings,
        "retention.bytes" when Number(value) is >= 1 and var bytes => settings with { RetentionBytes = bytes },
        "max.message.bytes" when Number(value) is >= 0 and <= int.MaxValue and var bytes => settings with { MaxMessageBytes = (int)bytes },
        "min.insync.replicas" when Number(value) is >= 1 and <= int.MaxValue and var count => settings with { MinInSyncReplicas = (int)count },
        "message.timestamp.after.max.ms" when Number(value) is >= 0 and var ms =>
            settings with { MaxTimestampAhead = TimeSpan.FromMilliseconds(Math.Min(ms, (long)TimeSpan.MaxValue.TotalMilliseconds - 1)) },
        "message.timestamp.type" when value == "CreateTime" => settings with { TimestampType = TimestampType.Create },
        "message.timestamp.type" when value == "LogAppendTime" => settings with { TimestampType = TimestampType.LogAppend },
        "cleanup.policy" when value.Split(',').All(one => one.Trim() is "delete" or "compact") =>
            settings with { NeedsKeys = value.Contains("compact", StringComparison.Ordinal) },
        _ => null,
    };

    static long? Number(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
