using Samsa.Embedded;

namespace Samsa.Scenarios.Brokers;

/// <summary>
/// What the stories are told on. <c>SAMSA_BROKERS</c> selects: names joined by commas (<c>embedded-1.1</c>, <c>3.9.2-kraft</c>),
/// <c>embedded</c> for all profiles, <c>real</c> for all published versions.
/// </summary>
static class Each
{
    const string Default = "embedded,0.8.2.2,4.3.1";

    static readonly BrokerKind[] All =
    [
        new EmbeddedKind(KafkaProfile.V0_8_2, "0.8.2", "0.8.2.2"),
        new EmbeddedKind(KafkaProfile.V0_10_2, "0.10.2", "0.10.2.2"),
        new EmbeddedKind(KafkaProfile.V1_1, "1.1", "1.1.1"),
        new EmbeddedKind(KafkaProfile.V3_9, "3.9", "3.9.2"),
        new EmbeddedKind(KafkaProfile.V4_3, "4.3", "4.3.1"),
        new RealKind("0.8.2.2"),
        new RealKind("0.9.0.1"),
        new RealKind("0.10.2.2"),
        new RealKind("1.1.1"),
        new RealKind("3.9.2", "zk"),
        new RealKind("3.9.2", "kraft"),
        new RealKind("4.3.1"),
    ];

    static readonly BrokerKind[] Selected = Select(Environment.GetEnvironmentVariable("SAMSA_BROKERS") is { Length: > 0 } wish ? wish : Default);

    public static IEnumerable<object[]> Broker() => Selected.Select(kind => new object[] { kind });

    public static IEnumerable<object[]> RealBroker() => Selected.Where(kind => kind.IsReal).Select(kind => new object[] { kind });

    public static IEnumerable<object[]> BrokerThatFindsTimes() => Selected.Where(kind => kind.FindsTimes).Select(kind => new object[] { kind });

    /// <summary>Each kind alone and as a cluster of three.</summary>
    public static IEnumerable<object[]> BrokerAndSize() =>
        from kind in Selected
        from brokers in new[] { 1, 3 }
        select new object[] { brokers, kind };

    public static IEnumerable<object[]> BrokerAndCodec() =>
        from kind in Selected
        from codec in kind.Codecs
        select new object[] { codec, kind };

    static BrokerKind[] Select(string wish)
    {
        var names = wish.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var unknown = names.FirstOrDefault(name => !All.Any(kind => IsMeant(kind, name)));
        if (unknown is not null)
            throw new ArgumentException($"SAMSA_BROKERS names {unknown}; there is: embedded, real, {string.Join(", ", All.Select(kind => kind.Name))}");
        return [.. All.Where(kind => names.Any(name => IsMeant(kind, name)))];
    }

    static bool IsMeant(BrokerKind kind, string name) => name switch
    {
        "embedded" => !kind.IsReal,
        "real" => kind.IsReal,
        _ => kind.Name == name || (kind.IsReal && kind.Name.StartsWith(name + "-", StringComparison.Ordinal)),
    };
}
