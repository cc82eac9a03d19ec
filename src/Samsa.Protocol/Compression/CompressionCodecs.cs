using System.Collections.Immutable;

namespace Samsa.Protocol.Compression;

/// <summary>The codecs that are at hand: an immutable table that anybody may extend.</summary>
public sealed class CompressionCodecs
{
    readonly ImmutableDictionary<CompressionCodec, ICompressionCodec> codecs;

    CompressionCodecs(ImmutableDictionary<CompressionCodec, ICompressionCodec> codecs) => this.codecs = codecs;

    /// <summary>No codec: only records as they are.</summary>
    public static CompressionCodecs None { get; } = new(ImmutableDictionary<CompressionCodec, ICompressionCodec>.Empty);

    /// <summary>gzip, snappy, lz4 and zstd. The last two look for their native libraries when they are first used.</summary>
    public static CompressionCodecs Default { get; } = None
        .With(new GzipCodec())
        .With(new SnappyCodec())
        .With(new Lz4Codec())
        .With(new ZstdCodec());

    /// <summary>The codecs, in the order of their numbers.</summary>
    public IEnumerable<ICompressionCodec> All => codecs.Values.OrderBy(codec => codec.Id);

    /// <summary>A table with this codec, in place of the one that had its number.</summary>
    /// <exception cref="ArgumentException">Its number is 0, or does not fit into the three bits there are.</exception>
    public CompressionCodecs With(ICompressionCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        if (codec.Id is CompressionCodec.None || (byte)codec.Id > 7)
            throw new ArgumentException($"{codec.Name} has the number {(byte)codec.Id}; it can be from 1 to 7.", nameof(codec));
        return new CompressionCodecs(codecs.SetItem(codec.Id, codec));
    }

    /// <summary>The codec with this number, or null.</summary>
    public ICompressionCodec? Find(CompressionCodec id) => codecs.GetValueOrDefault(id);

    /// <summary>The codec with this name, or null. Case does not matter.</summary>
    public ICompressionCodec? Find(string name) =>
        codecs.Values.FirstOrDefault(codec => codec.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
