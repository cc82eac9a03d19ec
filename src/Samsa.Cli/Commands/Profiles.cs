using System.CommandLine;
using Samsa.Embedded;

namespace Samsa.Cli.Commands;

/// <summary>The versions of Kafka that the brokers in the process can behave like.</summary>
static class Profiles
{
    static readonly (string Word, KafkaProfile Meaning)[] All =
    [
        ("0.8.2", KafkaProfile.V0_8_2),
        ("0.10.2", KafkaProfile.V0_10_2),
        ("1.1", KafkaProfile.V1_1),
        ("3.9", KafkaProfile.V3_9),
        ("4.3", KafkaProfile.V4_3),
    ];

    public static Option<KafkaProfile?> Option() => Choice.Of("--like", "Which Kafka the brokers behave like [default: 4.3, with --zookeeper 3.9]", All);

    public static Option<bool> ZooKeeperOption() =>
        new("--zookeeper") { Description = "With a ZooKeeper in the process, which the brokers register in (Kafka 4 has none)" };

    /// <exception cref="WrongUseException">A Kafka that has no ZooKeeper is asked to register in one.</exception>
    public static KafkaProfile Chosen(ParseResult parsed, Option<KafkaProfile?> like, Option<bool> zooKeeper) => (parsed.GetValue(like), parsed.GetValue(zooKeeper)) switch
    {
        (KafkaProfile.V4_3, true) => throw new WrongUseException("Kafka 4 has no ZooKeeper: with --zookeeper take --like 3.9 or an older one."),
        (null, true) => KafkaProfile.V3_9,
        var (profile, _) => profile ?? KafkaProfile.V4_3,
    };

    public static string NameOf(KafkaProfile profile) => Array.Find(All, choice => choice.Meaning == profile).Word;
}
