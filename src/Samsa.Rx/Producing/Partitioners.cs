namespace Samsa.Rx;

/// <summary>The ways to choose a partition.</summary>
public static class Partitioners
{
    /// <summary>What a partitioner answers when it does not matter: the record joins the batch that is being filled, and with each new batch the partition changes (KIP-480).</summary>
    public const int Any = -1;

    /// <summary>A record with a key goes where the Java client sends that key (murmur2 over all partitions); one without joins the batch that is being filled. The default.</summary>
    public static IPartitioner Murmur2 { get; } = new Murmur2Partitioner();

    /// <summary>Every record joins the batch that is being filled, whatever its key.</summary>
    public static IPartitioner Sticky { get; } = new StickyPartitioner();

    /// <summary>Every record goes to the partition after that of the record before. Each use has a count of its own.</summary>
    public static IPartitioner RoundRobin => new RoundRobinPartitioner();

    /// <summary>Every record goes to any partition, by chance.</summary>
    public static IPartitioner Random { get; } = new RandomPartitioner();

    /// <summary>A key goes where the Python client samsa sent it: the hash of a Python 2 string on 64 bits, its absolute value modulo the partitions. A record must have a key.</summary>
    public static IPartitioner Samsa { get; } = new SamsaPartitioner();

    /// <summary>A key goes where PyKafka sends it: its SHA-1 as a number modulo the partitions. A record must have a key.</summary>
    public static IPartitioner PyKafka { get; } = new PyKafkaPartitioner();

    /// <summary>A partitioner from a function: the topic, the record and the number of partitions give the partition.</summary>
    /// <param name="choose">The function.</param>
    /// <returns>The partitioner.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="choose"/> is <c>null</c>.</exception>
    public static IPartitioner By(Func<string, ProducerRecord, int, int> choose)
    {
        ArgumentNullException.ThrowIfNull(choose);
        return new ChosenPartitioner(choose);
    }

    /// <summary>The names that <see cref="Named"/> knows, for people.</summary>
    internal const string Names = "murmur2, sticky, round-robin, random, samsa, pykafka";

    /// <summary>The partitioner with this name, or <c>null</c>.</summary>
    /// <param name="name"><c>murmur2</c>, <c>sticky</c>, <c>round-robin</c>, <c>random</c>, <c>samsa</c> or <c>pykafka</c>.</param>
    /// <returns>The partitioner.</returns>
    public static IPartitioner? Named(string name) => name switch
    {
        "murmur2" => Murmur2,
        "sticky" => Sticky,
        "round-robin" => RoundRobin,
        "random" => Random,
        "samsa" => Samsa,
        "pykafka" => PyKafka,
        _ => null,
    };
}
