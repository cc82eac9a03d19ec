using System.Buffers.Binary;

namespace Samsa.Protocol.Compression;

/// <summary>What the header of an LZ4 frame says: magic bytes, FLG, BD, content size if there is one, checksum.</summary>
readonly struct Lz4FrameHeader
{
    const uint Magic = 0x184D2204;
    const int DescriptorAt = 4;

    public bool BlocksAreIndependent { get; private init; }

    public bool BlocksHaveChecksums { get; private init; }

    public bool HasContentChecksum { get; private init; }

    /// <summary>What the frame inflates to, or null when it does not say.</summary>
    public ulong? ContentSize { get; private init; }

    /// <summary>The most that a block inflates to.</summary>
    public int MaxBlockSize { get; private init; }

    /// <summary>The header that Java writes: independent blocks of 64 KiB without checksums.</summary>
    public static byte[] Write(byte recordMagic)
    {
        byte[] header = [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0];
        header[^1] = Checksum(header.AsSpan(0, header.Length - 1), recordMagic);
        return header;
    }

    /// <summary>Reads a header and goes behind it.</summary>
    public static Lz4FrameHeader Read(ref ReadOnlySpan<byte> data, byte recordMagic)
    {
        if (data.Length < DescriptorAt + 3) throw new CompressionException("the lz4 frame is cut inside its header");
        if (BinaryPrimitives.ReadUInt32LittleEndian(data) != Magic) throw new CompressionException("the data are no lz4 frame");
        var flags = data[DescriptorAt];
        var size = data[DescriptorAt + 1];
        if (flags >> 6 != 1) throw new CompressionException($"the lz4 frame has the version {flags >> 6}");
        if ((flags & 0x02) != 0 || (size & 0x8F) != 0 || size >> 4 < 4)
            throw new CompressionException($"the lz4 frame has the flags {flags:x2} {size:x2}");
        if ((flags & 0x01) != 0) throw new CompressionException("the lz4 frame needs a dictionary");

        var hasContentSize = (flags & 0x08) != 0;
        var length = DescriptorAt + 2 + (hasContentSize ? 8 : 0);
        if (data.Length <= length) throw new CompressionException("the lz4 frame is cut inside its header");
        // In magic 0 both the right and the wrong checksum are about.
        if (recordMagic > 0 && data[length] != Checksum(data[..length], recordMagic))
            throw new CompressionException($"the checksum of the lz4 frame's header is {data[length]:x2}");

        var header = new Lz4FrameHeader
        {
            BlocksAreIndependent = (flags & 0x20) != 0,
            BlocksHaveChecksums = (flags & 0x10) != 0,
            HasContentChecksum = (flags & 0x04) != 0,
            ContentSize = hasContentSize ? BinaryPrimitives.ReadUInt64LittleEndian(data[(DescriptorAt + 2)..]) : null,
            MaxBlockSize = 1 << (8 + 2 * (size >> 4)),
        };
        data = data[(length + 1)..];
        return header;
    }

    /// <summary>The second byte of the hash; in magic 0 the magic bytes of the frame are hashed as well, which is wrong and stays so (KIP-57).</summary>
    static byte Checksum(ReadOnlySpan<byte> header, byte recordMagic) =>
        (byte)(XxHash32.Hash(recordMagic == 0 ? header : header[DescriptorAt..]) >> 8);
}
