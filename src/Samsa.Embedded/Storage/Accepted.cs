namespace Samsa.Embedded.Storage;

/// <summary>What a producer sent, checked.</summary>
/// <param name="Entries"> One batch; or of a message set the entries in the format of the log, whose offsets count from
/// 0. In format 0 still what the producer sent, since there the offsets inside compressed messages are absolute, and
/// these are known only when it is appended.
/// </param>
/// <param name="Magic">The format of the log.</param>
/// <param name="IsSet">Whether it came as a message set; otherwise it is one batch as its producer wrote it.</param>
readonly record struct Accepted(ReadOnlyMemory<byte> Entries, byte Magic, bool IsSet)
{
    /// <summary>The youngest timestamp of the records, when the header of the batch says something else and has to be put right.</summary>
    public long? MaxTimestamp { get; init; }
}
