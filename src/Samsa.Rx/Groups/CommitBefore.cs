using System.Reactive.Linq;

namespace Samsa.Rx;

public static partial class KafkaObservable
{
    /// <summary>At most once: a record passes on only after a position behind it was written down.</summary>
    /// <remarks>
    /// <para>What crashes while it deals with a record will not see it again. A commit that fails ends the stream with its error, and the record does not pass.</para>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: none; records come on the thread where the commit ended.</para>
    /// <para>Buffer: one record; the next waits in <c>OnNext</c>.</para>
    /// <para>Acknowledgement: kept. The record is acknowledged when the <c>OnNext</c> behind has returned.</para>
    /// <para>Marble: <c>marbles/commit-before.marble</c></para>
    /// </remarks>
    /// <param name="source">The records.</param>
    /// <param name="commit">Writes positions down.</param>
    /// <param name="ahead">
    /// How many offsets more to write down at once: one commit does for so many records, and a crash may lose so many that were never seen.
    /// </param>
    /// <returns>The records.</returns>
    public static IObservable<KafkaRecord> CommitBefore(
        this IObservable<KafkaRecord> source, Func<IReadOnlyCollection<PartitionPosition>, CancellationToken, ValueTask> commit, int ahead = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(commit);
        ArgumentOutOfRangeException.ThrowIfNegative(ahead);
        return Observable.Defer(() =>
        {
            var written = new Dictionary<TopicPartition, PartitionPosition>();
            return source.SelectAsync(PassAsync, maxConcurrency: 1);

            async ValueTask<KafkaRecord> PassAsync(KafkaRecord record, CancellationToken ct)
            {
                var partition = new TopicPartition(record.Topic, record.Partition);
                // A log that was cut begins again below what was written.
                if (written.TryGetValue(partition, out var before) && record.Offset < before.Offset && record.Offset >= before.Offset - ahead - 1) return record;
                var behind = new PartitionPosition(partition, record.Offset + 1 + ahead);
                await commit([behind], ct);
                written[partition] = behind;
                return record;
            }
        });
    }
}
