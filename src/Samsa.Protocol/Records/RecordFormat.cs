using System.Runtime.CompilerServices;

namespace Samsa.Protocol.Records;

/// <summary>One record of magic 2 in wire form. Kafka: <c>DefaultRecord.java</c>.</summary>
static class RecordFormat
{
    /// <summary>The bytes behind the length of the record.</summary>
    public static long BodySize(
        long timestampDelta, int offsetDelta, int keyLength, bool keyIsNull, int valueLength, bool valueIsNull, ReadOnlySpan<RecordHeader> headers) =>
        1L
        + Varints.SizeOfSigned(timestampDelta)
        + Varints.SizeOfSigned(offsetDelta)
        + (keyIsNull ? 1 : Varints.SizeOfSigned(keyLength)) + keyLength
        + (valueIsNull ? 1L : Varints.SizeOfSigned(valueLength)) + valueLength
        + (headers.IsEmpty ? 1 : SizeOf(headers));

    /// <summary>The most that a record takes, wherever in a batch it stands.</summary>
    public static long MaxSize(int keyLength, int valueLength, ReadOnlySpan<RecordHeader> headers) =>
        1L + Varints.MaxBytes64 + 4 * Varints.MaxBytes32 + keyLength + (long)valueLength + SizeOf(headers);

    /// <summary>Writes the record and fills <paramref name="target"/> with it.</summary>
    public static void Write(
        Span<byte> target, int bodySize, long timestampDelta, int offsetDelta,
        ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value, bool valueIsNull, ReadOnlySpan<RecordHeader> headers)
    {
        var at = Varints.WriteSigned(target, bodySize);
        target[at++] = 0;
        at += Varints.WriteSigned(target[at..], timestampDelta);
        at += Varints.WriteSigned(target[at..], offsetDelta);
        at = WriteField(target, at, key, keyIsNull);
        at = WriteField(target, at, value, valueIsNull);
        if (headers.IsEmpty) target[at] = 0;
        else WriteHeaders(target, at, headers);
    }

    static long SizeOf(ReadOnlySpan<RecordHeader> headers)
    {
        long size = Varints.SizeOfSigned(headers.Length);
        foreach (ref readonly var header in headers)
        {
            size += Varints.SizeOfSigned(header.NameUtf8.Length) + header.NameUtf8.Length;
            size += (header.ValueIsNull ? 1L : Varints.SizeOfSigned(header.Value.Length)) + header.Value.Length;
        }

        return size;
    }

    static void WriteHeaders(Span<byte> target, int at, ReadOnlySpan<RecordHeader> headers)
    {
        at += Varints.WriteSigned(target[at..], headers.Length);
        foreach (ref readonly var header in headers)
        {
            at = WriteField(target, at, header.NameUtf8.Span, isNull: false);
            at = WriteField(target, at, header.Value.Span, header.ValueIsNull);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int WriteField(Span<byte> target, int at, ReadOnlySpan<byte> field, bool isNull)
    {
        at += Varints.WriteSigned(target[at..], isNull ? -1 : field.Length);
        field.CopyTo(target[at..]);
        return at + field.Length;
    }
}
