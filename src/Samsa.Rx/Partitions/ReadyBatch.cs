using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>A batch that can be delivered, or (without a batch) the end of its partition, with the fault if there was one.</summary>
/// <param name="Reader">Whose it is.</param>
/// <param name="Batch">The batch.</param>
/// <param name="From">Records before this offset were delivered already, or not asked for.</param>
/// <param name="Until">Records from this offset on are not asked for.</param>
/// <param name="Next">The offset to go on with once this is done: also past what followed it and was not for users.</param>
/// <param name="Bytes">What it costs to keep it.</param>
/// <param name="EndsAnswer">Whether it is the last of its partition in one answer.</param>
readonly record struct ReadyBatch(
    PartitionReader Reader, RecordBatch Batch, long From, long Until, long Next, long Bytes, bool EndsAnswer)
{
    /// <summary>Makes the exception that the partition ends with.</summary>
    public Func<Exception>? Fault { get; init; }

    /// <summary>The position once all of it is dealt with.</summary>
    public long DoneAt => Math.Min(Next, Until);

    /// <summary>Nothing more comes of the partition.</summary>
    public bool IsEnd => Batch is null;

    /// <summary>The end of a partition.</summary>
    public static ReadyBatch EndOf(PartitionReader reader, Func<Exception>? fault = null) => new(reader, null!, 0, 0, 0, 0, false) { Fault = fault };

    public int Count => Batch?.Count ?? 0;
}
