namespace Samsa.Protocol.Compression;

/// <summary>Compressed bytes that cannot be inflated: damaged, cut, or larger than allowed.</summary>
/// <param name="problem">What is wrong with them, without a full stop.</param>
/// <param name="inner">What it came from.</param>
public sealed class CompressionException(string problem, Exception? inner = null) : ProtocolException(problem, inner);

/// <summary>A codec needs a native library that is not on this machine.</summary>
/// <param name="codec">The codec.</param>
/// <param name="library">The library.</param>
/// <param name="package">How to get it.</param>
public sealed class CompressionLibraryMissingException(string codec, string library, string package) : NotSupportedException(
    $"Records compressed with {codec} need the native library {library}, which was not found. Install it ({package}), or register a codec of your own with CompressionCodecs.With.")
{
    /// <summary>The codec that needs it.</summary>
    public string Codec { get; } = codec;

    /// <summary>The library that was looked for.</summary>
    public string Library { get; } = library;
}
