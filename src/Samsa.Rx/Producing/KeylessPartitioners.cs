namespace Samsa.Rx;

sealed class StickyPartitioner : IPartitioner
{
    public int Choose(string topic, in ProducerRecord record, int partitions) => Partitioners.Any;
}

sealed class RoundRobinPartitioner : IPartitioner
{
    uint next = uint.MaxValue;

    public int Choose(string topic, in ProducerRecord record, int partitions) => (int)(Interlocked.Increment(ref next) % (uint)partitions);
}

sealed class RandomPartitioner : IPartitioner
{
#pragma warning disable CA5394 // Spreading load needs no secrecy.
    public int Choose(string topic, in ProducerRecord record, int partitions) => Random.Shared.Next(partitions);
#pragma warning restore CA5394
}

sealed class ChosenPartitioner(Func<string, ProducerRecord, int, int> choose) : IPartitioner
{
    public int Choose(string topic, in ProducerRecord record, int partitions) => choose(topic, record, partitions);
}
