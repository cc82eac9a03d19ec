using System.Buffers.Binary;
using Samsa.Wire;

namespace Samsa.Fuzz.Changes;

/// <summary>Changes that know nothing of what they change.</summary>
static class Bytes
{
    /// <summary>Numbers that lengths, counts and offsets are compared with.</summary>
    static readonly long[] Extremes =
    [
        0, 1, -1, -2, 2, 7, 127, 128, 255, 0x7fff, 0x8000, 0xffff, 0x100000, 0x40000000, 0x7fffffff, 0x80000000, 0xffffffff,
        1_000_001, 0x485454502f, long.MaxValue, long.MinValue,
    ];

    public static long Extreme(Random random) => Extremes[random.Next(Extremes.Length)];

    /// <summary>A number near to another, or far from all.</summary>
    public static long Near(Random random, long number) => random.Next(4) switch
    {
        0 => number - 1,
        1 => number + 1,
        _ => Extreme(random),
    };

    /// <summary>One to three changes.</summary>
    public static byte[] Change(Random random, byte[] good)
    {
        var bytes = random.Next(50) == 0 ? Noise(random) : (byte[])good.Clone();
        for (var times = random.Next(1, 4); times > 0 && bytes.Length > 0; times--) bytes = Once(random, bytes);
        return bytes;
    }

    static byte[] Once(Random random, byte[] bytes)
    {
        var at = random.Next(bytes.Length);
        switch (random.Next(9))
        {
            case 0: return bytes[..at];
            case 1: return [.. bytes[..at], .. bytes[random.Next(at, bytes.Length)..]];
            case 2: return [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
            case 3: return [.. bytes, .. Noise(random)];
            case 4: return [.. bytes[..at], .. VarInt((uint)Extreme(random)), .. bytes[(at + 1)..]];
            case 5:
                Overwrite(bytes.AsSpan(at), Extreme(random), 1 << random.Next(1, 4));
                return bytes;
            case 6:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            default:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }

    /// <summary>Puts a big-endian number of 1, 2, 4 or 8 bytes where there is room for it.</summary>
    public static void Overwrite(Span<byte> at, long number, int size)
    {
        if (at.Length < size) return;
        switch (size)
        {
            case 1: at[0] = (byte)number; break;
            case 2: BinaryPrimitives.WriteInt16BigEndian(at, (short)number); break;
            case 4: BinaryPrimitives.WriteInt32BigEndian(at, (int)number); break;
            default: BinaryPrimitives.WriteInt64BigEndian(at, number); break;
        }
    }

    public static byte[] VarInt(uint number)
    {
        var bytes = new byte[5];
        return bytes[..Varints.WriteUnsigned(bytes, number)];
    }

    public static byte[] Noise(Random random)
    {
        var noise = new byte[random.Next(1, 64)];
        random.NextBytes(noise);
        return noise;
    }
}
