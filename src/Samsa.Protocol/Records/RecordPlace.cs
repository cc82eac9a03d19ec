using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Samsa.Protocol.Records;

/// <summary>Where one record lies in its <see cref="RecordBatch"/>, in eight bytes: enough to find any of its fields again.</summary>
/// <remarks>
/// <para>A batch and a place in it are a record in two words, which calls pass in registers. With all its bounds a record has five words, and everybody who hands
/// it on copies them through memory.</para>
/// <para>Most places hold the bounds themselves, as far as they are small; others say where the record begins, and it is walked once more for each field. The batch
/// has to be the one that the place is in. The cursor has checked the record by then, so that all its fields are where they should be.</para>
/// </remarks>
public readonly struct RecordPlace
{
    // From the lowest bit: the offset from that of the batch; the length of the value and one more, so that 0 is none; that of the key likewise;
    // how many bytes before the key the timestamp begins; where in the batch the value begins. The highest bit is 0.
    const int OffsetBits = 16;
    const int ValueBits = 14;
    const int KeyBits = 7;
    const int GapBits = 4;
    const int ValueShift = OffsetBits;
    const int KeyShift = ValueShift + ValueBits;
    const int GapShift = KeyShift + KeyBits;
    const int StartShift = GapShift + GapBits;
    const int StartBits = 63 - StartShift;

    // Or, when the highest bit is 1: where in the array the record begins (magic 2: its timestamp) in the upper half; in the lower its offset from that of
    // the batch, but messages of magic 0 and 1 have one of their own.
    const long IsLong = long.MinValue;

    readonly long place;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal RecordPlace(RecordBatch batch, in RecordEntry entry)
    {
        var (offset, value, key) = (entry.Offset - batch.BaseOffset, entry.ValueLength + 1, entry.KeyLength + 1);
        var (gap, start) = (entry.KeyStart - entry.Start, entry.ValueStart - batch.Start);
        // Each is 0 when it fits. The header of a message of magic 0 or 1 is longer than the largest gap, so that they never do.
        var tooMuch = offset >> OffsetBits
            | (long)(value >> ValueBits | key >> KeyBits | gap >> GapBits | start >> StartBits
                | (KeyStart(entry.ValueStart, entry.ValueLength, entry.KeyLength) ^ entry.KeyStart));
        place = tooMuch == 0
            ? offset | (long)value << ValueShift | (long)key << KeyShift | (long)gap << GapShift | (long)start << StartShift
            : IsLong | (long)entry.Start << 32 | (uint)offset;
    }

    int OffsetDelta => (int)place & ((1 << OffsetBits) - 1);

    int ValueLength => ((int)(place >> ValueShift) & ((1 << ValueBits) - 1)) - 1;

    int KeyLength => ((int)(place >> KeyShift) & ((1 << KeyBits) - 1)) - 1;

    int Gap => (int)(place >> GapShift) & ((1 << GapBits) - 1);

    int Start => (int)(place >> 32) & int.MaxValue;

    /// <summary>The offset in the partition.</summary>
    /// <param name="batch">The batch that it is a place in.</param>
    public long OffsetIn(RecordBatch batch) => place >= 0 ? batch.BaseOffset + OffsetDelta : WalkToOffset(batch);

    /// <summary>Milliseconds since 1970 in UTC, as they came: any 64 bits; -1 is none.</summary>
    /// <param name="batch">The batch that it is a place in.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long TimestampIn(RecordBatch batch)
    {
        if (place < 0 || batch.OneTimestamp) return WalkToTimestamp(batch);
        var delta = new RecordFields(batch, KeyStart(ValueStart(batch), ValueLength, KeyLength) - Gap).ReadLong();
        // Whoever holds the batch holds its bytes; a reference into them alone does not.
        GC.KeepAlive(batch);
        return batch.BaseTimestamp + delta;
    }

    /// <summary>Where the key lies, for <see cref="RecordBatch.Slice"/>; its length is -1 when there is none.</summary>
    /// <param name="batch">The batch that it is a place in.</param>
    public (int Start, int Length) KeyIn(RecordBatch batch) =>
        place >= 0 ? (KeyStart(ValueStart(batch), ValueLength, KeyLength), KeyLength) : WalkToKey(batch);

    /// <summary>Where the value lies, for <see cref="RecordBatch.Slice"/>; its length is -1 when there is none. The headers are behind it.</summary>
    /// <param name="batch">The batch that it is a place in.</param>
    public (int Start, int Length) ValueIn(RecordBatch batch) => place >= 0 ? (ValueStart(batch), ValueLength) : WalkToValue(batch);

    int ValueStart(RecordBatch batch) => batch.Start + (int)(place >> StartShift);

    /// <summary>Where the key begins, when the length of the value takes as few bytes as it can.</summary>
    static int KeyStart(int valueStart, int valueLength, int keyLength) =>
        valueStart - (valueLength < 64 ? 1 : valueLength < 8192 ? 2 : 3) - Math.Max(keyLength, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    long WalkToOffset(RecordBatch batch)
    {
        if (batch.Magic == 2) return batch.BaseOffset + (int)place;
        var offset = batch.OffsetShift + BinaryPrimitives.ReadInt64BigEndian(batch.Span[Start..]);
        GC.KeepAlive(batch);
        return offset;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    (int Start, int Length) WalkToKey(RecordBatch batch)
    {
        if (batch.Magic < 2) return SizedIn(batch, Start + LegacyMessage.KeyAt(batch.Magic));
        var fields = new RecordFields(batch, Start);
        fields.ReadLong();
        fields.ReadInt();
        var length = fields.ReadLength();
        GC.KeepAlive(batch);
        return (fields.Position, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    (int Start, int Length) WalkToValue(RecordBatch batch)
    {
        var key = WalkToKey(batch);
        var keyEnd = key.Start + Math.Max(key.Length, 0);
        if (batch.Magic < 2) return SizedIn(batch, keyEnd);
        var fields = new RecordFields(batch, keyEnd);
        var length = fields.ReadLength();
        GC.KeepAlive(batch);
        return (fields.Position, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    long WalkToTimestamp(RecordBatch batch)
    {
        if (batch.Magic == 0) return -1;
        if (batch.OneTimestamp) return batch.MaxTimestamp;
        var timestamp = batch.Magic == 1
            ? BinaryPrimitives.ReadInt64BigEndian(batch.Span[(Start + LegacyMessage.TimestampAt)..])
            : batch.BaseTimestamp + new RecordFields(batch, Start).ReadLong();
        GC.KeepAlive(batch);
        return timestamp;
    }

    static (int Start, int Length) SizedIn(RecordBatch batch, int at)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(batch.Span[at..]);
        GC.KeepAlive(batch);
        return (at + sizeof(int), length);
    }
}
