using System.Collections.Frozen;
using static Samsa.Embedded.Answers.ConfigType;

namespace Samsa.Embedded.Answers;

/// <summary>What a setting is, by the numbers of Kafka's ConfigDef.Type in DescribeConfigs.</summary>
enum ConfigType : sbyte
{
    Bool = 1,
    Text = 2,
    Int = 3,
    Long = 5,
    Real = 6,
    List = 7,
}

/// <summary>A setting that a topic can have, as the brokers of the profiles describe it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it is.</param>
/// <param name="Default">What holds when nobody says anything.</param>
/// <param name="OfBroker">The setting of the broker that says it for all topics; null for none.</param>
/// <param name="Since">The first profile that has it.</param>
/// <param name="Until">The last profile that has it.</param>
sealed record TopicConfig(
    string Name, ConfigType Type, string Default, string? OfBroker,
    KafkaProfile Since = KafkaProfile.V0_10_2, KafkaProfile Until = KafkaProfile.V4_3)
{
    const string Ever = "9223372036854775807";

    static readonly TopicConfig[] All =
    [
        new("cleanup.policy", List, "delete", "log.cleanup.policy"),
        new("compression.gzip.level", Int, "-1", "compression.gzip.level", KafkaProfile.V3_9),
        new("compression.lz4.level", Int, "9", "compression.lz4.level", KafkaProfile.V3_9),
        new("compression.type", Text, "producer", "compression.type"),
        new("compression.zstd.level", Int, "3", "compression.zstd.level", KafkaProfile.V3_9),
        new("delete.retention.ms", Long, "86400000", "log.cleaner.delete.retention.ms"),
        new("file.delete.delay.ms", Long, "60000", "log.segment.delete.delay.ms"),
        new("flush.messages", Long, Ever, "log.flush.interval.messages"),
        new("flush.ms", Long, Ever, null),
        new("follower.replication.throttled.replicas", List, "", null),
        new("index.interval.bytes", Int, "4096", "log.index.interval.bytes"),
        new("leader.replication.throttled.replicas", List, "", null),
        new("local.retention.bytes", Long, "-2", "log.local.retention.bytes", KafkaProfile.V3_9),
        new("local.retention.ms", Long, "-2", "log.local.retention.ms", KafkaProfile.V3_9),
        new("max.compaction.lag.ms", Long, Ever, "log.cleaner.max.compaction.lag.ms", KafkaProfile.V3_9),
        new("max.message.bytes", Int, "1000012", "message.max.bytes", Until: KafkaProfile.V1_1),
        new("max.message.bytes", Int, "1048588", "message.max.bytes", KafkaProfile.V3_9),
        new("message.downconversion.enable", Bool, "true", "log.message.downconversion.enable", KafkaProfile.V3_9, KafkaProfile.V3_9),
        new("message.format.version", Text, "0.10.2-IV0", "log.message.format.version", Until: KafkaProfile.V0_10_2),
        new("message.format.version", Text, "1.1-IV0", "log.message.format.version", KafkaProfile.V1_1, KafkaProfile.V1_1),
        new("message.format.version", Text, "3.0-IV1", "log.message.format.version", KafkaProfile.V3_9, KafkaProfile.V3_9),
        new("message.timestamp.after.max.ms", Long, Ever, "log.message.timestamp.after.max.ms", KafkaProfile.V3_9, KafkaProfile.V3_9),
        new("message.timestamp.after.max.ms", Long, "3600000", "log.message.timestamp.after.max.ms", KafkaProfile.V4_3),
        new("message.timestamp.before.max.ms", Long, Ever, "log.message.timestamp.before.max.ms", KafkaProfile.V3_9),
        new("message.timestamp.difference.max.ms", Long, Ever, "log.message.timestamp.difference.max.ms", Until: KafkaProfile.V3_9),
        new("message.timestamp.type", Text, "CreateTime", "log.message.timestamp.type"),
        new("min.cleanable.dirty.ratio", Real, "0.5", "log.cleaner.min.cleanable.ratio"),
        new("min.compaction.lag.ms", Long, "0", "log.cleaner.min.compaction.lag.ms"),
        new("min.insync.replicas", Int, "1", "min.insync.replicas"),
        new("preallocate", Bool, "false", "log.preallocate"),
        new("remote.log.copy.disable", Bool, "false", null, KafkaProfile.V3_9),
        new("remote.log.delete.on.disable", Bool, "false", null, KafkaProfile.V3_9),
        new("remote.storage.enable", Bool, "false", null, KafkaProfile.V3_9),
        new("retention.bytes", Long, "-1", "log.retention.bytes"),
        new("retention.ms", Long, "604800000", null),
        new("segment.bytes", Int, "1073741824", "log.segment.bytes"),
        new("segment.index.bytes", Int, "10485760", "log.index.size.max.bytes"),
        new("segment.jitter.ms", Long, "0", null),
        new("segment.ms", Long, "604800000", null),
        new("unclean.leader.election.enable", Bool, "false", "unclean.leader.election.enable"),
    ];

    static readonly FrozenDictionary<KafkaProfile, FrozenDictionary<string, TopicConfig>> ByProfile =
        Enum.GetValues<KafkaProfile>().ToFrozenDictionary(profile => profile, profile => All
            .Where(one => one.Since <= profile && profile <= one.Until).ToFrozenDictionary(one => one.Name));

    /// <summary>The settings a profile has, by name.</summary>
    public static IEnumerable<TopicConfig> Of(KafkaProfile profile) =>
        ByProfile[profile].Values.OrderBy(one => one.Name, StringComparer.Ordinal);

    /// <summary>A setting by its name; null when the profile has none of that name.</summary>
    public static TopicConfig? Find(string name, KafkaProfile profile) => ByProfile[profile].GetValueOrDefault(name);
}
