using System.Buffers.Binary;

namespace Samsa.Protocol.Records;

/// <summary>What is known of messages of magic 0 or 1 that follow each other: their number, the last offset, the largest timestamp.</summary>
struct MessageRun(bool anyOffsets)
{
    LegacyMessage last;

    public int Count { get; private set; }

    public readonly long LastOffset => last.Offset;

    public readonly int LastSize => last.Size;

    public long MaxTimestamp { get; private set; }

    /// <summary>Whether the message can be told of in one breath with the last one.</summary>
    public readonly bool Accepts(in LegacyMessage message) =>
        message.Magic == last.Magic && message.TimestampType == last.TimestampType
        && (anyOffsets || (message.Offset > last.Offset && message.Offset < long.MaxValue));

    public void Add(in LegacyMessage message)
    {
        MaxTimestamp = Count == 0 ? message.Timestamp : Math.Max(MaxTimestamp, message.Timestamp);
        last = message;
        Count++;
    }

    /// <summary>Adds the message that <paramref name="left"/> begins with, inside a compressed one of <paramref name="magic"/>.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? AddInner(ReadOnlySpan<byte> left, byte magic)
    {
        if (left.Length < LegacyMessage.EntryHeader + LegacyMessage.MinSize(magic)) return $"a message is cut after {left.Length} bytes";
        var length = BinaryPrimitives.ReadInt32BigEndian(left[RecordBatchHeader.LengthAt..]);
        if (length < LegacyMessage.MinSize(magic) || length > left.Length - LegacyMessage.EntryHeader)
            return $"a message has the length {length}, with {left.Length - LegacyMessage.EntryHeader} bytes left";
        if (left[LegacyMessage.MagicAt] != magic) return $"a message has magic {(sbyte)left[LegacyMessage.MagicAt]}, not {magic}";
        var fault = LegacyMessage.Check(left[..(length + LegacyMessage.EntryHeader)], out var message);
        if (fault is not null) return fault;
        if (message.Codec != 0) return "a message is compressed once more";
        if (!anyOffsets && (message.Offset is < 0 or long.MaxValue || (Count > 0 && message.Offset <= LastOffset)))
            return $"the message with offset {message.Offset} comes after {LastOffset}";
        Add(message);
        return null;
    }
}
