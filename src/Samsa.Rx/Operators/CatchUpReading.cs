using System.Reactive.Linq;

namespace Samsa.Rx;

/// <summary>The two readings that make one with a moment between them.</summary>
/// <remarks>
/// A reading that ends at the end knows positions, which records do not tell: the offsets behind the last record may be a transaction's
/// marker. Where it ended is at least what was the end before it began, and behind the last record of it there is none until there. So
/// the second reading begins at the later of the two, and neither repeats nor leaves out a record.
/// </remarks>
sealed class CatchUpReading(Topic topic, ConsumeOptions options)
{
    // A reading that shall end does not wait for a topic that is not there; one that goes on does.
    readonly ConsumeOptions history = options with
    {
        UntilEnd = true,
        TopicTimeout = options.TopicTimeout ?? (options.UntilEnd ? null : Timeout.InfiniteTimeSpan),
    };

    public IObservable<KafkaRecord> History => topic.AsObservable(history);

    /// <summary>The same, partition by partition.</summary>
    public IEnumerable<IObservable<KafkaRecord>> HistoryOfEach(IReadOnlyDictionary<int, long> ends) =>
        from partition in options.Partitions ?? [.. ends.Keys]
        select topic.AsObservable(history with { Partitions = [partition] });

    public IObservable<KafkaRecord> Live(IReadOnlyDictionary<int, long> ends, IReadOnlyDictionary<int, long> seen)
    {
        if (options.UntilEnd) return Observable.Empty<KafkaRecord>();
        var start = ends.Keys.Union(seen.Keys).ToDictionary(partition => partition, partition => new[]
        {
            ends.GetValueOrDefault(partition), seen.GetValueOrDefault(partition), (options.Start.In(partition) as StartFrom.AtOffset)?.Position ?? 0,
        }.Max());
        return topic.AsObservable(options with { Start = StartFrom.Offsets(start) });
    }

    /// <summary>Where the partitions end that are there.</summary>
    public async Task<IReadOnlyDictionary<int, long>> EndsAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                var offsets = await new TopicOffsets(topic.Readers, topic.Name, options.Isolation).AskAsync(ct);
                return offsets.ToDictionary(partition => partition.Partition, partition => partition.End);
            }
            catch (TopicNotFoundException)
            {
                return new Dictionary<int, long>();
            }
            catch (TimeoutException)
            {
                // A leader is away. A reading would wait for it, too.
            }
        }
    }
}
