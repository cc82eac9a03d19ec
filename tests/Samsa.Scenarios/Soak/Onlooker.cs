namespace Samsa.Scenarios.Soak;

/// <summary>Follows what changes in the cluster, and must end in the truth.</summary>
sealed class Onlooker : IAsyncDisposable
{
    readonly Kafka kafka;
    readonly IDisposable subscription;
    ClusterView view = new();
    long changes;

    Onlooker(Kafka kafka, Facts facts, Chronicle told)
    {
        this.kafka = kafka;
        subscription = kafka.Changes.Subscribe(
            change =>
            {
                Volatile.Write(ref view, view.With(change));
                Interlocked.Increment(ref changes);
                told.Detail($"onlooker: {change}");
            },
            error => facts.Add("changes go on", $"they ended with {error}"),
            () => facts.Add("changes go on", "they completed"));
    }

    public static async Task<Onlooker> OpenAsync(RunningBrokers brokers, Facts facts, Chronicle told) =>
        new(await Client.ConnectAsync(brokers, "onlooker", told), facts, told);

    /// <summary>Compares what the changes add up to with what brokers say.</summary>
    public async Task CompareAsync(string topic, int partitions, Facts facts)
    {
        string? wrong = null;
        for (var tries = 0; tries < 150 && (wrong = await DifferenceAsync(topic, partitions)) is not null; tries++) await Task.Delay(100);
        if (wrong is not null) facts.Add("changes end in the truth", $"{wrong}, after {Interlocked.Read(ref changes)} changes");
    }

    public ValueTask DisposeAsync()
    {
        subscription.Dispose();
        return kafka.DisposeAsync();
    }

    async Task<string?> DifferenceAsync(string topic, int partitions)
    {
        var seen = Volatile.Read(ref view);
        var truth = (await kafka.ListTopicsAsync()).First(one => one.Name == topic);
        if (seen.Brokers.Count != 3) return $"they say that there are {seen.Brokers.Count} brokers";
        if (!seen.Topics.TryGetValue(topic, out var known) || known.Partitions.Count != partitions) return $"they say that {topic} has {known?.Partitions.Count} partitions of {partitions}";
        return truth.Partitions.Where(partition => known.Find(partition.Partition)?.Leader != partition.Leader)
            .Select(partition => $"they say that {known.Find(partition.Partition)?.Leader} leads {topic} {partition.Partition}, and {partition.Leader} does").FirstOrDefault();
    }
}
