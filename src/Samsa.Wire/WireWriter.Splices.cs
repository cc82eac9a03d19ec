using System.Buffers.Binary;

namespace Samsa.Wire;

// A message is the written bytes with other people's memory spliced in between. A length that is known only
// afterwards (a frame, a tagged field) is patched into the written bytes; what it counts may hold splices.
public sealed partial class WireWriter
{
    readonly List<(int At, ArraySegment<byte> Bytes)> splices = [];
    int spliced;

    /// <summary>Begins a frame: leaves room for its length.</summary>
    /// <returns>What <see cref="EndFrame"/> wants back.</returns>
    public int BeginFrame()
    {
        var mark = Length;
        WriteInt32(0);
        return mark;
    }

    /// <summary>Ends a frame: puts its length (without the length itself) where room was left.</summary>
    public void EndFrame(int mark)
    {
        var at = InBuffer(mark);
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(at), Length - mark - sizeof(int));
    }

    /// <summary>Begins a section of tagged fields.</summary>
    public void WriteTagCount(int count) => WriteUnsignedVarInt((uint)count);

    /// <summary>Begins a tagged field: writes the tag and leaves room for the length of the content.</summary>
    /// <returns>What <see cref="EndTag"/> wants back.</returns>
    public int BeginTag(int tag)
    {
        WriteUnsignedVarInt((uint)tag);
        var mark = Length;
        Claim(1)[0] = 0;
        return mark;
    }

    /// <summary>Ends a tagged field: puts the length of its content where room was left.</summary>
    public void EndTag(int mark)
    {
        var length = (uint)(Length - mark - 1);
        var at = InBuffer(mark);
        var more = 0;
        for (var rest = length; rest >= 0x80; rest >>= 7) more++;
        if (more > 0) Widen(at, more);
        for (; length >= 0x80; length >>= 7) buffer[at++] = (byte)(length | 0x80);
        buffer[at] = (byte)length;
    }

    /// <summary>The parts of the message in order, for one gathering send.</summary>
    public void GetSegments(List<ArraySegment<byte>> into)
    {
        var from = 0;
        foreach (var (at, bytes) in splices)
        {
            if (at > from) into.Add(new ArraySegment<byte>(buffer, from, at - from));
            into.Add(bytes);
            from = at;
        }

        if (written > from) into.Add(new ArraySegment<byte>(buffer, from, written - from));
    }

    /// <summary>The parts of the message in order.</summary>
    public void GetSegments(List<ReadOnlyMemory<byte>> into)
    {
        var parts = new List<ArraySegment<byte>>(2 * splices.Count + 1);
        GetSegments(parts);
        foreach (var part in parts) into.Add(part);
    }

    /// <summary>A copy of the whole message.</summary>
    public byte[] ToArray()
    {
        var whole = new byte[Length];
        var (from, to) = (0, 0);
        foreach (var (at, bytes) in splices)
        {
            buffer.AsSpan(from, at - from).CopyTo(whole.AsSpan(to));
            bytes.AsSpan().CopyTo(whole.AsSpan(to + at - from));
            to += at - from + bytes.Count;
            from = at;
        }

        buffer.AsSpan(from, written - from).CopyTo(whole.AsSpan(to));
        return whole;
    }

    void Splice(ArraySegment<byte> bytes)
    {
        splices.Add((written, bytes));
        spliced = checked(spliced + bytes.Count);
    }

    /// <summary>Where in the buffer the byte at <paramref name="position"/> of the message is.</summary>
    int InBuffer(int position)
    {
        // Marks are few and mostly near the end: walk back over the splices that came after.
        var before = spliced;
        for (var i = splices.Count - 1; i >= 0 && splices[i].At + before > position; i--)
            before -= splices[i].Bytes.Count;
        return position - before;
    }

    /// <summary>Moves what follows a one-byte length by <paramref name="more"/> bytes, so that it has room.</summary>
    void Widen(int at, int more)
    {
        Claim(more);
        buffer.AsSpan(at + 1, written - more - at - 1).CopyTo(buffer.AsSpan(at + 1 + more));
        for (var i = splices.Count - 1; i >= 0 && splices[i].At > at; i--)
            splices[i] = (splices[i].At + more, splices[i].Bytes);
    }
}
