namespace Samsa.Protocol.Records;

/// <summary>A batch of records that cannot be read: damaged, of an unknown format, or too large when inflated.</summary>
public sealed class CorruptBatchException : ProtocolException
{
    internal CorruptBatchException(string reason, long offset, int sizeInBytes, long nextOffset, Exception? inner = null)
        : base($"The batch at offset {offset} cannot be read: {reason}", inner)
    {
        Reason = reason;
        Offset = offset;
        SizeInBytes = sizeInBytes;
        NextOffset = nextOffset;
    }

    /// <summary>What is wrong, without a full stop.</summary>
    public string Reason { get; }

    /// <summary>The offset that the batch begins with, as far as its first bytes can be believed.</summary>
    public long Offset { get; }

    /// <summary>Its size on the wire, or 0 when it cannot be known. The reader that threw has already gone past it.</summary>
    public int SizeInBytes { get; }

    /// <summary>The offset to go on with for whoever skips the batch: the one after its last when the header says so, else <see cref="Offset"/> + 1.</summary>
    public long NextOffset { get; }
}
