namespace Samsa.Embedded;

/// <summary>What one partition holds, as it was when it was asked for.</summary>
public sealed class EmbeddedLog
{
    /// <summary>The name of the topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The number of the partition.</summary>
    public required int Partition { get; init; }

    /// <summary>The first offset that is still there; it rises when retention forgets records.</summary>
    public required long StartOffset { get; init; }

    /// <summary>The offset the next record will get.</summary>
    public required long EndOffset { get; init; }

    /// <summary>
    /// The first offset of the oldest open transaction, or the end: readers of committed records see nothing from here
    /// on.
    /// </summary>
    public required long LastStableOffset { get; init; }

    /// <summary>How many bytes are held.</summary>
    public required long SizeInBytes { get; init; }

    /// <summary>
    /// The stored batches in their order, each as it would go into a fetch answer; in the formats 0 and 1 the messages and wrappers.
    /// </summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Batches { get; init; }
}
