using System.Collections.Immutable;

namespace Samsa.Rx;

/// <content>What an answer does to the view.</content>
sealed partial class ClusterWatch
{
    /// <summary>An answer came from a broker of another cluster than ours.</summary>
    sealed class MisroutedException(string ours, string theirs)
        : KafkaException($"A broker of cluster {Foreign.Text(theirs)} answered at an address of cluster {ours}; its answer is not used.");

    void Take(Metadata.Response answer, string[] asked, BrokerConnection from)
    {
        if (answer.ErrorCode == ErrorCode.RebootstrapRequired) connections.BeginAgain();
        if (answer.ErrorCode != ErrorCode.None) throw new BrokerException(answer.ErrorCode, "Metadata");

        // The user's own rule is asked before the lock is taken.
        IReadOnlyDictionary<int, BrokerInfo> brokers = ViewReading.Brokers(answer, options.MayConnect);
        lock (gate)
        {
            var before = Current;
            if (before.ClusterId is { } ours && answer.ClusterId is { } theirs && ours != theirs) throw new MisroutedException(ours, theirs);

            // A broker that is just starting may know nobody yet.
            if (brokers.Count == 0) brokers = before.Brokers;
            // Kafka 0.8.2 names no broker, not even itself, while there is no topic; it creates one on first use all the same.
            if (brokers.Count == 0 && !from.Apis.IsGuess)
                throw new KafkaException($"Broker {from.Broker} named no broker that could be connected to.");

            var topics = Topics(answer, asked, before, brokers);
            var after = before with
            {
                ClusterId = answer.ClusterId ?? before.ClusterId,
                ControllerId = brokers.ContainsKey(answer.ControllerId) ? answer.ControllerId : -1,
                Brokers = WithLeaders(brokers, topics, before.Brokers),
                Topics = topics,
            };
            connections.Know([.. after.Brokers.Values]);
            if (before.Version == 0 || !ViewReading.Same(before, after)) Show(after);
        }
    }

    /// <summary>
    /// Who was named as a leader in passing (KIP-951) may be newer than what this broker has heard of. It stays until an answer knows
    /// better who leads its partitions.
    /// </summary>
    static ImmutableSortedDictionary<int, BrokerInfo> WithLeaders(
        IReadOnlyDictionary<int, BrokerInfo> brokers, ImmutableSortedDictionary<string, TopicView> topics, IReadOnlyDictionary<int, BrokerInfo> before)
    {
        var all = brokers.ToImmutableSortedDictionary();
        foreach (var topic in topics.Values)
            foreach (var partition in topic.Partitions)
                if (!all.ContainsKey(partition.Leader) && before.TryGetValue(partition.Leader, out var named))
                    all = all.Add(named.NodeId, named);
        return all;
    }

    ImmutableSortedDictionary<string, TopicView> Topics(
        Metadata.Response answer, string[] asked, ClusterView before, IReadOnlyDictionary<int, BrokerInfo> brokers)
    {
        var answered = ViewReading.Topics(answer);
        // Whoever is followed no longer leaves the view; what was not asked this time stays.
        var topics = before.Topics.Where(topic => followed.ContainsKey(topic.Key)).ToDictionary(StringComparer.Ordinal);
        foreach (var name in asked)
        {
            var known = before.Topics.GetValueOrDefault(name);
            topics[name] = answered.TryGetValue(name, out var topic) && topic.ErrorCode is not (ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId)
                ? Found(ViewReading.Topic(topic, known, brokers), known)
                : Missing(name, known);
        }
        return topics.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    TopicView Found(TopicView now, TopicView? before)
    {
        missing.Found(now.Name);
        if (before is not null && before.Id != now.Id && before.Id != default)
            events.Post(new TopicRecreated(events.Now, now.Name, before.Id, now.Id));
        return now;
    }

    // A broker that starts, or lags, does not know topics that are there. What is known stays until it is surely gone, and is
    // asked for again soon; and a topic that is only waited for is missing at once.
    TopicView Missing(string name, TopicView? before)
    {
        if (before is { Partitions.Count: > 0 } && !missing.IsGone(name))
        {
            Doubt($"{name} is missing in the answer");
            return before;
        }
        if (before?.Error == ErrorCode.UnknownTopicOrPartition) return before;
        events.Post(new TopicMissing(events.Now, name, ErrorCode.UnknownTopicOrPartition));
        return new(name, before?.Id ?? default, false, ErrorCode.UnknownTopicOrPartition, []);
    }
}
