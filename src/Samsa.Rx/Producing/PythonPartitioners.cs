using System.Security.Cryptography;

namespace Samsa.Rx;

/// <summary>samsa's choice: <c>abs(hash(key)) % n</c>, with the hash that Python 2 gave a byte string on a 64-bit machine. Kafka tells nothing of it; CPython 2.7: <c>stringobject.c</c>.</summary>
sealed class SamsaPartitioner : IPartitioner
{
    public int Choose(string topic, in ProducerRecord record, int partitions) =>
        record.Key is { } key
            ? (int)(Int128.Abs(Hash(key.Span)) % partitions)
            : throw new ArgumentException("The samsa partitioner needs a key, and the record has none.", nameof(record));

    internal static long Hash(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return 0;
        var hash = (long)text[0] << 7;
        foreach (var c in text) hash = unchecked(1_000_003 * hash) ^ c;
        hash ^= text.Length;
        // −1 is how a hash function of Python says that it failed.
        return hash == -1 ? -2 : hash;
    }
}

/// <summary>PyKafka's choice: <c>int(sha1(key).hexdigest(), 16) % n</c>, over the partitions in the order of their numbers.</summary>
sealed class PyKafkaPartitioner : IPartitioner
{
    public int Choose(string topic, in ProducerRecord record, int partitions) =>
        record.Key is { } key
            ? Modulo(key.Span, partitions)
            : throw new ArgumentException("The PyKafka partitioner needs a key, and the record has none.", nameof(record));

    internal static int Modulo(ReadOnlySpan<byte> key, int partitions)
    {
        Span<byte> digest = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The hash spreads keys as PyKafka does; it protects nothing.
        SHA1.HashData(key, digest);
#pragma warning restore CA5350
        var rest = 0L;
        foreach (var b in digest) rest = ((rest << 8) | b) % partitions;
        return (int)rest;
    }
}
