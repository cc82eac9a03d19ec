using System.Buffers.Binary;

namespace Samsa.Protocol.Compression;

/// <summary>What liblz4 does not look at in a block.</summary>
static class Lz4Block
{
    /// <summary>Whether a match lies 0 bytes back, which the format forbids and liblz4 takes for zeros.</summary>
    /// <remarks>Goes from token to token; what does not add up on the way is left to liblz4, which then refuses the block.</remarks>
    /// <param name="block">At most 4 MiB, so that no sum of lengths overflows: a byte stands for 255 at most.</param>
    public static bool HasDistanceZero(ReadOnlySpan<byte> block)
    {
        var at = 0;
        while (at < block.Length)
        {
            int token = block[at++];
            var literals = token >> 4;
            if (literals == 15) literals += LengthBehind(block, ref at);
            at += literals;
            // The last sequence has literals only.
            if (at > block.Length - 2) return false;
            if (BinaryPrimitives.ReadUInt16LittleEndian(block[at..]) == 0) return true;
            at += 2;
            if ((token & 15) == 15) LengthBehind(block, ref at);
        }

        return false;
    }

    /// <summary>A length that does not fit into the token goes on in bytes, the last of which is not 255.</summary>
    static int LengthBehind(ReadOnlySpan<byte> block, ref int at)
    {
        var length = 0;
        while (at < block.Length)
        {
            var one = block[at++];
            length += one;
            if (one != 255) break;
        }

        return length;
    }
}
