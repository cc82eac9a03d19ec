using System.Buffers.Binary;

namespace Samsa.Rx;

/// <summary>The Java client's choice for records with a key. Kafka: <c>Utils.murmur2</c>, <c>BuiltInPartitioner.partitionForKey</c>.</summary>
sealed class Murmur2Partitioner : IPartitioner
{
    const uint Seed = 0x9747b28c;
    const uint Mix = 0x5bd1e995;
    const int Shift = 24;

    public int Choose(string topic, in ProducerRecord record, int partitions) =>
        record.Key is { } key ? (int)((Hash(key.Span) & 0x7fffffff) % (uint)partitions) : Partitioners.Any;

    /// <summary>MurmurHash2 with Kafka's seed.</summary>
    internal static uint Hash(ReadOnlySpan<byte> data)
    {
        var hash = Seed ^ (uint)data.Length;
        for (; data.Length >= 4; data = data[4..])
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(data) * Mix;
            word = (word ^ (word >> Shift)) * Mix;
            hash = (hash * Mix) ^ word;
        }

        if (data.Length > 0)
        {
            for (var i = data.Length - 1; i >= 0; i--) hash ^= (uint)data[i] << (8 * i);
            hash *= Mix;
        }

        hash = (hash ^ (hash >> 13)) * Mix;
        return hash ^ (hash >> 15);
    }
}
