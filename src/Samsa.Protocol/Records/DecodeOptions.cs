using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>What is allowed to whoever reads records.</summary>
public sealed record DecodeOptions
{
    /// <summary>The defaults.</summary>
    public static DecodeOptions Default { get; } = new();

    /// <summary>The most bytes one batch may inflate to. A small batch can claim, and hold, a thousand times its size.</summary>
    public long MaxInflatedBytes
    {
        get;
        init => field = value is > 0 and <= int.MaxValue
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxInflatedBytes can be from 1 to 2147483647.");
    } = 256L * 1024 * 1024;

    /// <summary>The codecs at hand.</summary>
    public CompressionCodecs Codecs { get; init; } = CompressionCodecs.Default;

    /// <summary>Takes offsets as they come. For what producers send: before magic 2 their offsets can be anything, brokers assign them.</summary>
    public bool AnyOffsets { get; init; }
}
