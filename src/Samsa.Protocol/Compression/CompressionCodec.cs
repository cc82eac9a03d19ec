namespace Samsa.Protocol.Compression;

/// <summary>How the records of a batch are compressed: bits 0–2 of its attributes.</summary>
public enum CompressionCodec : byte
{
    /// <summary>As they are.</summary>
    None = 0,

    /// <summary>RFC 1952. Since 0.7.</summary>
    Gzip = 1,

    /// <summary>Snappy blocks, bare or framed as snappy-java does. Since 0.7.1.</summary>
    Snappy = 2,

    /// <summary>LZ4 frames. Since 0.8.2.</summary>
    Lz4 = 3,

    /// <summary>Zstandard frames, magic 2 only (KIP-110). Since 2.1.</summary>
    Zstd = 4,
}
