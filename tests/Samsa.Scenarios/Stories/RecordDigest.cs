using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Samsa.Scenarios.Stories;

/// <summary>SHA-256 over a sequence of keys and values with their lengths: two digests are equal when records, their order and their borders are.</summary>
sealed class RecordDigest : IDisposable
{
    readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly byte[] waiting = new byte[64 * 1024];
    int used;

    public int Count { get; private set; }

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Count++;
        Span<byte> lengths = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(lengths, key.Length);
        BinaryPrimitives.WriteInt32BigEndian(lengths[4..], value.Length);
        Add(lengths);
        Add(key);
        Add(value);
    }

    /// <summary>What has been added until now: the number of records and their SHA-256.</summary>
    public override string ToString()
    {
        hash.AppendData(waiting, 0, used);
        used = 0;
        return $"{Count} records, {Convert.ToHexStringLower(hash.GetCurrentHash())}";
    }

    public void Dispose() => hash.Dispose();

    void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (used == waiting.Length)
            {
                hash.AppendData(waiting);
                used = 0;
            }

            var some = Math.Min(bytes.Length, waiting.Length - used);
            bytes[..some].CopyTo(waiting.AsSpan(used));
            used += some;
            bytes = bytes[some..];
        }
    }
}
