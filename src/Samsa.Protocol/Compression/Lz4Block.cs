namespace Samsa.Protocol.Compression;

/// <summary>What liblz4 does not look at in a block.</summary>
static class Lz4Block
{
    /// <summary>Whether a match lies 0 bytes back, which the format forbids and liblz4 takes for zeros.</summary>
    /// <remarks>Goes from token to token; what does not add up on the way is left to liblz4, which then refuses the block.</remarks>
    public static bool HasDistanceZero(ReadOnlySpan<byte> block)
    {
        long at = 0;
        while (at < block.Length)
        {
            var token = block[(int)at++];
            at = Behind(block, at, token >> 4) + 2;
            // The last sequence has literals only.
            if (at > block.Length) return false;
            if ((block[(int)at - 2] | block[(int)at - 1]) == 0) return true;
            if ((token & 15) == 15) at = BehindLength(block, at, out _);
        }

        return false;
    }

    static long Behind(ReadOnlySpan<byte> block, long at, int literals)
    {
        if (literals < 15) return at + literals;
        at = BehindLength(block, at, out var more);
        return at + literals + more;
    }

    /// <summary>A length that does not fit into the token goes on in bytes, the last of which is not 255.</summary>
    static long BehindLength(ReadOnlySpan<byte> block, long at, out long length)
    {
        length = 0;
        while (at < block.Length)
        {
            var one = block[(int)at++];
            length += one;
            if (one != 255) break;
        }

        return at;
    }
}
