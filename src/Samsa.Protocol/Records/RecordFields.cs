using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Samsa.Protocol.Records;

/// <summary>Reads the fields of records of magic 2, each checked against the bytes that are left.</summary>
/// <remarks>
/// Bytes are read by reference, without the checks of spans: each read below stands behind one of its own against <c>end</c>, which never grows.
/// Whatever is not inlined is static and takes values: the position then stays in a register, which makes the walk almost twice as fast.
/// </remarks>
ref struct RecordFields
{
    readonly RecordBatch batch;
    readonly ref byte first;
    int end;
    int position;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RecordFields(RecordBatch batch, int position)
    {
        var span = batch.Span;
        if ((uint)position > (uint)span.Length) ThrowPosition();
        this.batch = batch;
        first = ref MemoryMarshal.GetReference(span);
        end = span.Length;
        this.position = position;
    }

    public readonly int Position => position;

    public readonly int Remaining => end - position;

    /// <summary>Reads the length of a record, takes it for the end from now on, and gives that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Enter()
    {
        var length = ReadInt();
        if ((uint)length > (uint)Remaining) ThrowLength(batch, "a record", length, Remaining);
        return end = position + length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SkipByte()
    {
        if (position >= end) ThrowCut(batch);
        position++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadInt()
    {
        // Two bytes hold lengths up to 8191, which is most of them.
        if (Remaining >= 2)
        {
            var two = Two();
            if ((two & 0x80) == 0)
            {
                position++;
                return Unfold(two & 0x7f);
            }

            if (two < 0x8000)
            {
                position += 2;
                return Unfold((two & 0x7f) | (two >> 8 << 7));
            }
        }

        var (value, next) = ReadLongerInt(batch, position, end);
        position = next;
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ReadLong()
    {
        if (Remaining >= 2)
        {
            var two = Two();
            if ((two & 0x80) == 0)
            {
                position++;
                return Unfold(two & 0x7f);
            }

            if (two < 0x8000)
            {
                position += 2;
                return Unfold((two & 0x7f) | (two >> 8 << 7));
            }
        }

        var (value, next) = ReadLongerLong(batch, position, end);
        position = next;
        return value;
    }

    /// <summary>The number of headers. They end the record, so that of most records is its last byte, and 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadHeaderCount()
    {
        if (Remaining == 1 && Unsafe.Add(ref first, position) == 0)
        {
            position++;
            return 0;
        }

        return ReadInt();
    }

    /// <summary>A length of at least -1 and at most what is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadLength()
    {
        var length = ReadInt();
        if (length < -1 || length > Remaining) ThrowLength(batch, "a field of a record", length, Remaining);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly uint Two()
    {
        var two = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref first, position));
        return BitConverter.IsLittleEndian ? two : BinaryPrimitives.ReverseEndianness(two);
    }

    static int Unfold(uint folded) => (int)(folded >> 1) ^ -(int)(folded & 1);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (int Value, int Next) ReadLongerInt(RecordBatch batch, int position, int end)
    {
        var read = Varints.ReadSigned(batch.Span[position..end], out int value);
        return (value, position + Checked(batch, position, read));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (long Value, int Next) ReadLongerLong(RecordBatch batch, int position, int end)
    {
        var read = Varints.ReadSigned(batch.Span[position..end], out long value);
        return (value, position + Checked(batch, position, read));
    }

    static int Checked(RecordBatch batch, int position, int read)
    {
        if (read == 0) ThrowCut(batch);
        return read > 0 ? read : throw batch.Damaged($"the number at byte {position - batch.Start} of the records has too many bits");
    }

    static void ThrowCut(RecordBatch batch) => throw batch.Damaged("a record ends inside one of its fields");

    static void ThrowLength(RecordBatch batch, string what, int length, int left) =>
        throw batch.Damaged($"{what} has the length {length}, with {left} bytes left");

    static void ThrowPosition() => throw new ArgumentException("The position is not one of this batch.");
}
