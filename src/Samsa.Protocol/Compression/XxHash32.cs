using System.Buffers.Binary;
using System.Numerics;

namespace Samsa.Protocol.Compression;

/// <summary>xxHash of 32 bits with the seed 0: the checksum inside LZ4 frames.</summary>
static class XxHash32
{
    /// <summary>The hash of <paramref name="data"/>.</summary>
    public static uint Hash(ReadOnlySpan<byte> data)
    {
        var stream = new XxHash32Stream();
        stream.Add(data);
        return stream.Hash;
    }
}

/// <summary>An <see cref="XxHash32"/> of bytes that come in pieces.</summary>
sealed class XxHash32Stream
{
    const uint P1 = 2654435761, P2 = 2246822519, P3 = 3266489917, P4 = 668265263, P5 = 374761393;
    const int Stripe = 16;

    readonly byte[] rest = new byte[Stripe];
    int restLength;
    uint total;
    bool striped;
    uint a = unchecked(P1 + P2), b = P2, c, d = unchecked(0 - P1);

    /// <summary>The hash of all that was added.</summary>
    public uint Hash
    {
        get
        {
            var hash = striped
                ? BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7) + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18)
                : P5;
            hash += total;
            ReadOnlySpan<byte> tail = rest.AsSpan(0, restLength);
            for (; tail.Length >= 4; tail = tail[4..])
                hash = BitOperations.RotateLeft(hash + BinaryPrimitives.ReadUInt32LittleEndian(tail) * P3, 17) * P4;
            foreach (var one in tail) hash = BitOperations.RotateLeft(hash + one * P5, 11) * P1;
            hash = (hash ^ (hash >> 15)) * P2;
            hash = (hash ^ (hash >> 13)) * P3;
            return hash ^ (hash >> 16);
        }
    }

    /// <summary>Adds what comes next.</summary>
    public void Add(ReadOnlySpan<byte> data)
    {
        total += (uint)data.Length;
        if (restLength > 0)
        {
            var missing = Math.Min(Stripe - restLength, data.Length);
            data[..missing].CopyTo(rest.AsSpan(restLength));
            restLength += missing;
            data = data[missing..];
            if (restLength < Stripe) return;
            Take(rest);
            restLength = 0;
        }

        for (; data.Length >= Stripe; data = data[Stripe..]) Take(data);
        data.CopyTo(rest);
        restLength = data.Length;
    }

    void Take(ReadOnlySpan<byte> stripe)
    {
        striped = true;
        a = Round(a, stripe);
        b = Round(b, stripe[4..]);
        c = Round(c, stripe[8..]);
        d = Round(d, stripe[12..]);
    }

    static uint Round(uint lane, ReadOnlySpan<byte> data) =>
        BitOperations.RotateLeft(lane + BinaryPrimitives.ReadUInt32LittleEndian(data) * P2, 13) * P1;
}
