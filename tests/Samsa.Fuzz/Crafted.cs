using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Samsa.Wire;

namespace Samsa.Fuzz;

/// <summary>Record bytes made by hand, right and wrong, without the writer that is under test.</summary>
static class Crafted
{
    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "").Replace("\n", "").Replace("\r", ""));

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Concat(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    public static byte[] Varint(long value)
    {
        var buffer = new byte[10];
        return buffer[..Varints.WriteSigned(buffer, value)];
    }

    public static byte[] Field(byte[]? bytes) => bytes is null ? Varint(-1) : [.. Varint(bytes.Length), .. bytes];

    public static byte[] Record(int offsetDelta, byte[]? key, byte[]? value, long timestampDelta = 0, params (string Name, byte[]? Value)[] headers)
    {
        byte[] body =
        [
            0, .. Varint(timestampDelta), .. Varint(offsetDelta), .. Field(key), .. Field(value), .. Varint(headers.Length),
            .. headers.SelectMany(header => Concat(Field(Utf8(header.Name)), Field(header.Value))),
        ];
        return [.. Varint(body.Length), .. body];
    }

    /// <summary>A batch of magic 2 around these records, whatever they are; its checksum is right.</summary>
    public static byte[] Batch(byte[] records, int count, int? lastOffsetDelta = null, long baseOffset = 0, short attributes = 0,
        long baseTimestamp = 1000, long maxTimestamp = 1000, long producerId = -1, short epoch = -1, int sequence = -1, int leaderEpoch = -1)
    {
        var batch = new byte[61 + records.Length];
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - 12);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(12), leaderEpoch);
        batch[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(21), attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(23), lastOffsetDelta ?? count - 1);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(27), baseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(35), maxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(51), epoch);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(53), sequence);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), count);
        records.CopyTo(batch, 61);
        return Signed(batch);
    }

    /// <summary>A batch of magic 2 with the values <c>v0, v1 …</c></summary>
    public static byte[] Simple(int count, long baseOffset = 0, short attributes = 0, long producerId = -1) => Batch(
        Concat([.. Enumerable.Range(0, count).Select(i => Record(i, null, Utf8("v" + i)))]),
        count, baseOffset: baseOffset, attributes: attributes, producerId: producerId);

    /// <summary>The batch with the checksum that its bytes ask for.</summary>
    public static byte[] Signed(byte[] batch)
    {
        if (batch[16] == 2) BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Bitwise(batch.AsSpan(21), 0x82F63B78));
        else BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(12), Bitwise(batch.AsSpan(16), 0xEDB88320));
        return batch;
    }

    /// <summary>A message of magic 0 or 1.</summary>
    public static byte[] Message(byte magic, long offset, byte[]? key, byte[]? value, long timestamp = 1000, byte attributes = 0)
    {
        byte[] body = [magic, attributes, .. magic == 1 ? Int64(timestamp) : [], .. Bytes(key), .. Bytes(value)];
        return Signed([.. Int64(offset), .. Int32(body.Length + 4), 0, 0, 0, 0, .. body]);
    }

    /// <summary>A compressed message with these inside.</summary>
    public static byte[] Wrapper(byte magic, long offset, byte[] inner, byte codec = 1, byte moreAttributes = 0, long timestamp = 1000) =>
        Message(magic, offset, null, Compressed((CompressionCodec)codec, inner, magic), timestamp, (byte)(codec | moreAttributes));

    public static byte[] Compressed(CompressionCodec codec, byte[] data, byte magic = 2)
    {
        var output = new ArrayBufferWriter<byte>();
        CompressionCodecs.Default.Find(codec)!.Compress(data, output, magic);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Inflated(CompressionCodec codec, byte[] data, byte magic = 2, long limit = 1 << 20)
    {
        using var output = new PooledBuffer(ArrayPool<byte>.Shared, limit);
        CompressionCodecs.Default.Find(codec)!.Decompress(data, output, magic);
        return output.ToArray();
    }

    public static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Int64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>A checksum bit by bit, as the definition says.</summary>
    public static uint Bitwise(ReadOnlySpan<byte> data, uint polynomial, uint seed = 0)
    {
        var crc = ~seed;
        foreach (var one in data)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (polynomial & (0 - (crc & 1)));
        }

        return ~crc;
    }

    static byte[] Bytes(byte[]? bytes) => bytes is null ? Int32(-1) : [.. Int32(bytes.Length), .. bytes];
}
