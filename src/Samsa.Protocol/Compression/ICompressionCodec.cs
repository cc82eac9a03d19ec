using System.Buffers;

namespace Samsa.Protocol.Compression;

/// <summary>One way to compress records. Must be safe to use from several threads.</summary>
public interface ICompressionCodec
{
    /// <summary>The number that names it on the wire.</summary>
    CompressionCodec Id { get; }

    /// <summary>Its name in settings: <c>gzip</c>, <c>snappy</c>, <c>lz4</c>, <c>zstd</c>.</summary>
    string Name { get; }

    /// <summary>Compresses all of <paramref name="data"/> into <paramref name="output"/>.</summary>
    /// <param name="data">The records in wire form.</param>
    /// <param name="output">Takes the compressed bytes.</param>
    /// <param name="magic">The format the records travel in: magic 0 has LZ4 frames of its own (KIP-57).</param>
    /// <exception cref="CompressionLibraryMissingException">The codec needs a native library that is not there.</exception>
    void Compress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic);

    /// <summary>Inflates all of <paramref name="data"/> into <paramref name="output"/>, which ends it by an exception when it grows over its limit.</summary>
    /// <param name="data">The compressed bytes, from the network: nothing in them may be believed.</param>
    /// <param name="output">Takes the records. Ask it for small pieces, or for what the data claim: it refuses claims over its limit before it allocates.</param>
    /// <param name="magic">The format the records travel in.</param>
    /// <exception cref="CompressionException">The bytes are not what they should be, or inflate to more than the limit.</exception>
    /// <exception cref="CompressionLibraryMissingException">The codec needs a native library that is not there.</exception>
    void Decompress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic);
}
