using System.Collections.Immutable;

namespace Samsa.Rx;

/// <summary>
/// Assigns the partitions of a topic as the cluster has them: all of them, or those that were chosen. Partitions that are added later are taken in, and a topic that is
/// not there is waited for. Each subscription follows the cluster by itself.
/// </summary>
/// <remarks>Completes after the first assignment if the reading goes only until the end: what is added later lies behind it.</remarks>
sealed class TopicAssignments(Readers readers, string topic, ConsumeOptions options) : IObservable<PartitionAssignment>
{
    public IDisposable Subscribe(IObserver<PartitionAssignment> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return new Following(readers.Watch, readers.Settings.Clock, readers.Events, topic, options, observer);
    }

    sealed class Following : IDisposable
    {
        /// <summary>Brokers that are just starting do not know their topics yet.</summary>
        static readonly TimeSpan TimeToStart = TimeSpan.FromSeconds(5);

        readonly ClusterWatch watch;
        readonly TimeProvider clock;
        readonly KafkaEvents events;
        readonly string topic;
        readonly ConsumeOptions options;
        readonly IObserver<PartitionAssignment> observer;
        readonly CancellationTokenSource stop = new();
        readonly SortedSet<int> taken = [];
        int generation;
        bool begun;
        bool wasMissing;

        public Following(
            ClusterWatch watch, TimeProvider clock, KafkaEvents events, string topic, ConsumeOptions options, IObserver<PartitionAssignment> observer)
        {
            (this.watch, this.clock, this.events, this.topic, this.options, this.observer) = (watch, clock, events, topic, options, observer);
            var stopped = stop.Token;
            _ = Task.Run(() => FollowAsync(stopped), CancellationToken.None);
        }

        public void Dispose() => stop.Cancel();

        async Task FollowAsync(CancellationToken stopped)
        {
            try
            {
                await RunAsync(stopped);
            }
            catch (Exception) when (stopped.IsCancellationRequested)
            {
                // Nobody listens any more.
            }
            catch (Exception error)
            {
                Call(() => observer.OnError(error));
            }
        }

        void Call(Action call)
        {
            try
            {
                call();
            }
            catch (Exception error)
            {
                stop.Cancel();
                events.Post(new ObserverFailed(events.Now, $"Assignments of {topic}", error));
            }
        }

        async Task RunAsync(CancellationToken ct)
        {
            var changed = new Signal();
            using var interest = watch.Follow(topic);
            using var views = watch.Views.Subscribe(_ => changed.Set());
            TimeSpan? lackingFor = null;
            var began = clock.GetTimestamp();
            while (true)
            {
                var known = watch.Current.Topics.GetValueOrDefault(topic);
                if (known is null)
                {
                    await watch.RefreshAsync($"{topic} is read", isUrgent: true, ct);
                }
                else if (known.Error != ErrorCode.None && !known.Error.CanRetry)
                {
                    throw new BrokerException(known.Error, $"Metadata of topic {topic}");
                }
                else if (Lacking(known) is not { } lacking)
                {
                    lackingFor = null;
                    Take(known, ct);
                    if (options.UntilEnd)
                    {
                        Call(observer.OnCompleted);
                        return;
                    }

                    await changed.WaitAsync(ct);
                }
                else
                {
                    if (!begun && !wasMissing) Assign([], ct);
                    wasMissing |= !begun;
                    var now = clock.GetElapsedTime(began);
                    await AskAgainAsync(lacking, begun ? options.DeletionTimeout : TopicTimeout, now - (lackingFor ??= now), ct);
                }
            }
        }

        TimeSpan TopicTimeout => options.TopicTimeout ?? (options.UntilEnd ? TimeToStart : Timeout.InfiniteTimeSpan);

        /// <summary>What is not there, as a sentence; null when all is.</summary>
        string? Lacking(TopicView known)
        {
            if (known.Partitions.Count == 0) return $"There is no topic {topic}{(begun ? " any more" : "")}.";
            foreach (var partition in (IEnumerable<int>?)options.Partitions ?? taken)
                if (known.Find(partition) is null)
                    return $"Topic {topic} has no partition {partition}{(begun ? " any more" : "")}.";
            return null;
        }

        void Take(TopicView known, CancellationToken ct)
        {
            var wanted = options.Partitions ?? [.. known.Partitions.Select(partition => partition.Partition)];
            var added = wanted.Where(taken.Add).ToList();
            if (added.Count > 0)
            {
                events.Post(new PartitionsFound(events.Now, topic, added));
                Assign(added, ct);
            }

            begun = true;
        }

        void Assign(List<int> added, CancellationToken ct)
        {
            ct.ThrowIfCancellationRequested();
            var assignment = new PartitionAssignment(++generation, topic, [.. taken])
            {
                Starts = added.ToImmutableDictionary(partition => new TopicPartition(topic, partition), StartOf),
            };
            Call(() => observer.OnNext(assignment));
            ct.ThrowIfCancellationRequested();
        }

        StartFrom StartOf(int partition)
        {
            // Nothing that is written after the reading began may be left out, though nobody was there yet to see where the end was.
            var isAllNew = begun || wasMissing;
            return options.Start switch
            {
                StartFrom.AtEnd or StartFrom.BeforeEnd when isAllNew => StartFrom.Beginning,
                StartFrom.AtOffset or StartFrom.AtTime when begun => StartFrom.Beginning,
                var start => start.In(partition),
            };
        }

        /// <exception cref="TopicNotFoundException">It was asked for long enough.</exception>
        async Task AskAgainAsync(string lacking, TimeSpan patience, TimeSpan waited, CancellationToken ct)
        {
            var forEver = patience == Timeout.InfiniteTimeSpan;
            if (!forEver && waited >= patience) throw new TopicNotFoundException(topic, lacking);
            // The watch makes those who ask again and again wait.
            var asked = watch.RefreshAsync(lacking, ct);
            try
            {
                await (forEver ? asked : asked.WaitAsync(patience - waited, clock, ct));
            }
            catch (TimeoutException)
            {
                // The next round sees that it was long enough.
            }
        }
    }
}
