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

    public static Option<KafkaProfile?> Option() => Choice.Of("--like", "Which Kafka the brokers behave like [default: 4.3]", All);

    public static string NameOf(KafkaProfile profile) => Array.Find(All, choice => choice.Meaning == profile).Word;
}
