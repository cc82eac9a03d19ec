using Samsa.Protocol.Compression;

namespace Samsa.Scenarios.Brokers;

/// <summary>One kind of brokers that the stories are told on: what it is called, and what its version can do.</summary>
abstract class BrokerKind(string name, string version, string release)
{
    /// <summary>What selects it in <c>SAMSA_BROKERS</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The version of Kafka it is, or behaves like.</summary>
    public Version Speaks { get; } = Version.Parse(version);

    /// <summary>The published version whose tools speak to it in its own words.</summary>
    public string Release { get; } = release;

    public abstract bool IsReal { get; }

    public bool TellsItsVersions => Speaks >= new Version(0, 10);

    public bool HasTimestamps => Speaks >= new Version(0, 10);

    public bool FindsTimes => Speaks >= new Version(0, 10, 1);

    public bool CreatesTopicsByRequest => Speaks >= new Version(0, 10, 1);

    public bool GrowsTopicsByRequest => Speaks >= new Version(1, 0);

    public bool HasModernTools => Speaks >= new Version(3, 0);

    public bool HasHeaders => Speaks >= new Version(0, 11);

    public bool IsIdempotent => Speaks >= new Version(0, 11);

    public CompressionCodec[] Codecs =>
    [
        CompressionCodec.None, CompressionCodec.Gzip, CompressionCodec.Snappy, CompressionCodec.Lz4,
        .. Speaks >= new Version(2, 1) ? [CompressionCodec.Zstd] : (CompressionCodec[])[],
    ];

    /// <summary>Brokers of this kind, running. Real ones that are alone are shared by the stories, so a story takes a topic name nobody has.</summary>
    public abstract Task<RunningBrokers> OpenAsync(int brokers = 1);

    public abstract override string ToString();
}
