using Samsa.Embedded;

namespace Samsa.Scenarios.Brokers;

/// <summary>
/// What the stories are told on. <c>SAMSA_BROKERS</c> selects: names joined by commas (<c>embedded-1.1</c>, <c>3.9.2-kraft</c>),
/// <c>embedded</c> for all profiles, <c>real</c> for all published versions. <c>brief:</c> before a name leaves out what takes long.
/// </summary>
static class Each
{
    const string Default = "embedded,0.8.2.2,4.3.1,brief:1.1.1,brief:3.9.2-kraft";
    const string Brief = "brief:";

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

    static readonly string[] Wishes = Wished(Environment.GetEnvironmentVariable("SAMSA_BROKERS") is { Length: > 0 } wish ? wish : Default);

    static readonly BrokerKind[] Selected = [.. All.Where(kind => Wishes.Any(wish => IsMeant(kind, NameIn(wish))))];

    static readonly BrokerKind[] Thorough = [.. Selected.Where(kind => Wishes.Any(wish => wish == NameIn(wish) && IsMeant(kind, wish)))];

    public static IEnumerable<object[]> Broker() => Alone(Selected);

    /// <summary>For stories that take long, or in which only others speak to each other when the brokers are real.</summary>
    public static IEnumerable<object[]> ThoroughBroker() => Alone(Thorough);

    public static IEnumerable<object[]> RealBroker() => Alone(Selected.Where(kind => kind.IsReal));

    /// <summary>Those that are known to a ZooKeeper.</summary>
    public static IEnumerable<object[]> BrokerInZooKeeper() => Alone(Thorough.Where(kind => kind is RealKind { HasZooKeeper: true }));

    /// <summary>The same, also of those kinds that are to be brief.</summary>
    public static IEnumerable<object[]> KnownToZooKeeper() => Alone(Selected.Where(kind => kind is RealKind { HasZooKeeper: true }));

    public static IEnumerable<object[]> BrokerThatFindsTimes() => Alone(Selected.Where(kind => kind.FindsTimes));

    public static IEnumerable<object[]> BrokerThatCreatesTopics() => Alone(Thorough.Where(kind => kind.CreatesTopicsByRequest));

    /// <summary>Those whose own tools speak to the brokers alone, and not to ZooKeeper.</summary>
    public static IEnumerable<object[]> BrokerWithModernTools() => Alone(Thorough.Where(kind => kind.HasModernTools));

    public static IEnumerable<object[]> BrokerThatKeepsItsVersions() => Alone(Thorough.Where(kind => !kind.TellsItsVersions));

    /// <summary>Each kind alone and as a cluster of three.</summary>
    public static IEnumerable<object[]> BrokerAndSize() =>
        from kind in Thorough
        from brokers in new[] { 1, 3 }
        select new object[] { brokers, kind };

    public static IEnumerable<object[]> BrokerAndCodec() =>
        from kind in Selected
        from codec in Thorough.Contains(kind) ? kind.Codecs : kind.Codecs[^1..]
        select new object[] { codec, kind };

    /// <summary>The published brokers that a name means; the first of them where a version has two modes.</summary>
    public static BrokerKind Real(string name) => All.FirstOrDefault(kind => kind.IsReal && IsMeant(kind, name))
        ?? throw new ArgumentException($"There are no brokers {name}; there is: {string.Join(", ", All.Where(kind => kind.IsReal).Select(kind => kind.Name))}");

    static IEnumerable<object[]> Alone(IEnumerable<BrokerKind> kinds) => kinds.Select(kind => new object[] { kind });

    static string[] Wished(string wish)
    {
        var wishes = wish.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var unknown = wishes.FirstOrDefault(one => !All.Any(kind => IsMeant(kind, NameIn(one))));
        return unknown is null ? wishes : throw new ArgumentException(
            $"SAMSA_BROKERS names {unknown}; there is: embedded, real, {string.Join(", ", All.Select(kind => kind.Name))}");
    }

    static string NameIn(string wish) => wish.StartsWith(Brief, StringComparison.Ordinal) ? wish[Brief.Length..] : wish;

    static bool IsMeant(BrokerKind kind, string name) => name switch
    {
        "embedded" => !kind.IsReal,
        "real" => kind.IsReal,
        _ => kind.Name == name || (kind.IsReal && kind.Name.StartsWith(name + "-", StringComparison.Ordinal)),
    };
}
