using System.Reactive.Linq;

namespace Samsa.Rx;

public static partial class KafkaObservable
{
    /// <summary>Leaves out records that come again: those that are not behind the last one of their partition.</summary>
    /// <remarks>
    /// <code>
    /// source  -0-1-2--1-2-3-     offsets; it began anew at 1
    /// result  -0-1-2------3-
    /// </code>
    /// <para>For a reading that is tried again (<c>RetryWithBackoff</c>), and for a partition that is given to somebody else and back: inside
    /// <c>MergeByAssignment(partition => stream.DistinctByOffset())</c> each assignment begins with nothing seen. Where a log was cut by a new
    /// leader and goes on differently, its records have a newer epoch and are told.</para>
    /// <para>The records of a partition must come in their order; behind an operator that lets them overtake each other it would leave out
    /// those that come late.</para>
    /// <para>Temperature: as the source; each subscription begins with nothing seen.</para>
    /// <para>Scheduler: none.</para>
    /// <para>Buffer: none; an offset for each partition is remembered.</para>
    /// <para>Acknowledgement: kept. What is left out is acknowledged.</para>
    /// <para>Marble: <c>marbles/distinct-by-offset.marble</c></para>
    /// </remarks>
    /// <param name="source">The records.</param>
    /// <returns>Each record once.</returns>
    public static IObservable<KafkaRecord> DistinctByOffset(this IObservable<KafkaRecord> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Observable.Defer(() => source.Where(new SeenOffsets().IsNew));
    }

    /// <summary>How far each partition was seen.</summary>
    sealed class SeenOffsets
    {
        readonly Dictionary<(string Topic, int Partition), Seen> partitions = [];
        // Records come in batches of one partition.
        Seen? latest;

        public bool IsNew(KafkaRecord record)
        {
            var seen = latest is { } same && same.Partition == record.Partition && ReferenceEquals(same.Topic, record.Topic) ? same : Find(record);
            // The epochs of leaders rise along a log. What was there before cannot have a newer one than what was behind it.
            if (record.Offset <= seen.Offset && record.LeaderEpoch <= seen.LeaderEpoch) return false;
            (seen.Offset, seen.LeaderEpoch) = (record.Offset, record.LeaderEpoch);
            return true;
        }

        Seen Find(KafkaRecord record)
        {
            if (!partitions.TryGetValue((record.Topic, record.Partition), out var seen))
                partitions.Add((record.Topic, record.Partition), seen = new(record.Topic, record.Partition));
            return latest = seen;
        }
    }

    sealed class Seen(string topic, int partition)
    {
        public string Topic => topic;

        public int Partition => partition;

        public long Offset { get; set; } = -1;

        public int LeaderEpoch { get; set; } = -1;
    }
}
