namespace Samsa.Cli.Demo;

/// <summary>Everything there is to show at one moment.</summary>
sealed record Picture(
    TimeSpan Elapsed,
    Balance Balance,
    double Rate,
    IReadOnlyList<KeyState> Keys,
    IReadOnlyList<PartitionState> Partitions,
    IReadOnlyList<BrokerState> Brokers,
    IReadOnlyList<Happening> Happenings);

/// <summary>A partition: who leads it (−1 nobody), and how many records came from it.</summary>
readonly record struct PartitionState(int Partition, int Leader, long Records);

/// <summary>A broker: whether it takes connections.</summary>
readonly record struct BrokerState(int Id, int Port, bool IsUp);

/// <summary>Something the demo did to the cluster.</summary>
/// <param name="At">When, from the start.</param>
/// <param name="What"><c>broker-stopped</c>, <c>broker-started</c>, or what a watch saw of that: <c>watch-broker-down</c>, <c>watch-broker-up</c>.</param>
/// <param name="Broker">Which one.</param>
readonly record struct Happening(TimeSpan At, string What, int Broker);

/// <summary>What does not change while the demo runs.</summary>
sealed record Scene(string Bootstrap, string Like, string Topic, int Partitions, TimeSpan Length, bool IsIdempotent);

/// <summary>How the demo ended.</summary>
/// <param name="Balance">What was sent and what came back.</param>
/// <param name="NotPersisted">Records that the sink reported as not persisted, or as unknown.</param>
/// <param name="IsIdempotent">Whether the brokers drop repetitions, so that none may be seen.</param>
readonly record struct Verdict(Balance Balance, long NotPersisted, bool IsIdempotent)
{
    /// <summary>Everything that was sent came back, once and in order. Before 0.11 a retry may repeat; the numbers tell repetitions apart.</summary>
    public bool IsGood => Balance.IsEven && NotPersisted is 0 && Balance.Sent > 0 && (Balance.Repeated is 0 || !IsIdempotent);
}
