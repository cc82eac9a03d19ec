using System.Runtime.CompilerServices;

namespace Samsa.Protocol.Records;

/// <summary>Reads the fields of records of magic 2, each checked against the bytes that are left.</summary>
ref struct RecordFields
{
    readonly RecordBatch batch;
    readonly ReadOnlySpan<byte> span;
    int position;

    public RecordFields(RecordBatch batch, int position, int end)
    {
        this.batch = batch;
        span = batch.Span[..end];
        this.position = position;
    }

    public readonly int Position => position;

    public readonly int Remaining => span.Length - position;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte ReadByte()
    {
        var at = position;
        if ((uint)at >= (uint)span.Length) ThrowCut();
        position = at + 1;
        return span[at];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadInt()
    {
        var at = position;
        if ((uint)at < (uint)span.Length && span[at] < 0x80)
        {
            position = at + 1;
            return (span[at] >> 1) ^ -(span[at] & 1);
        }

        return ReadLongerInt();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ReadLong()
    {
        var at = position;
        if ((uint)at < (uint)span.Length && span[at] < 0x80)
        {
            position = at + 1;
            return (span[at] >> 1) ^ -(span[at] & 1);
        }

        return ReadLongerLong();
    }

    /// <summary>A length of at least -1 and at most what is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadLength()
    {
        var length = ReadInt();
        if (length < -1 || length > Remaining) ThrowLength(length);
        return length;
    }

    /// <summary>Goes over a field that has this length (-1: nothing) and gives where it began.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Skip(int length)
    {
        var start = position;
        position += Math.Max(length, 0);
        return start;
    }

    int ReadLongerInt()
    {
        var at = position;
        // Two bytes hold lengths up to 8191, which is most of them.
        if ((uint)(at + 1) < (uint)span.Length && span[at + 1] < 0x80)
        {
            position = at + 2;
            var folded = (span[at] & 0x7f) | (span[at + 1] << 7);
            return (folded >> 1) ^ -(folded & 1);
        }

        Advance(Varints.ReadSigned(span[at..], out int value));
        return value;
    }

    long ReadLongerLong()
    {
        Advance(Varints.ReadSigned(span[position..], out long value));
        return value;
    }

    void Advance(int read)
    {
        if (read == 0) ThrowCut();
        if (read < 0) throw batch.Damaged($"the number at byte {position} of the records has too many bits");
        position += read;
    }

    readonly void ThrowCut() => throw batch.Damaged("a record ends inside one of its fields");

    readonly void ThrowLength(int length) => throw batch.Damaged($"a field of a record has the length {length}, with {Remaining} bytes left");
}
