namespace Samsa.Rx;

/// <content>
/// Reading from a follower that is nearer than the leader (KIP-392). The leader names it, when the client has said in which rack it is, and
/// gives no records then; positions are found by the leader alone.
/// </content>
sealed partial class FetchSession
{
    /// <summary>How long the leader has to give the records itself after a follower was of no use. It goes on naming that follower.</summary>
    static readonly TimeSpan Grudge = TimeSpan.FromSeconds(30);

    /// <summary>The rack that a broker is told; empty, so that it names no follower, while one of the partitions shall be read from it.</summary>
    public string RackFor(List<PartitionAsk> asks)
    {
        if (Options.Rack is not { } rack) return "";
        var now = Now;
        lock (gate)
        {
            foreach (var ask in asks)
                if (ask.Reader.LeaderUntil > now)
                    return "";
        }

        return rack;
    }

    /// <summary>The leader wants the partition to be read from a follower.</summary>
    public void Prefers(in PartitionAsk ask, int follower)
    {
        lock (gate)
        {
            if (IsLate(ask)) return;
            var (reader, leader) = (ask.Reader, ask.Reader.Leader);
            if (Options.Rack is null || follower == reader.Broker!.Broker) return;
            if (!reader.MayMove(Now))
            {
                // Brokers that send it on from one to another would never give a record.
                LeaveFollower(reader);
            }
            else if (Watch.Current.Brokers.ContainsKey(follower))
            {
                Attach(reader, BrokerOf(follower), leader);
                reader.FollowerUntil = Now + Settings.MetadataMaxAge;
            }
            else
            {
                reader.LeaderUntil = Now + Grudge;
            }

            reader.Broker.Wake.Set();
        }
    }

    static bool IsAtFollower(PartitionReader reader) => reader.FollowerUntil is not null;

    /// <summary>A follower did not give what it was asked for, whatever the reason: that says nothing about the partition.</summary>
    void LeaveFollower(PartitionReader reader)
    {
        reader.LeaderUntil = Now + Grudge;
        ReturnToLeader(reader);
    }

    /// <summary>Followers are not read from for ever: another one may be nearer by now.</summary>
    void ReturnToLeaders(BrokerReader broker, TimeSpan now)
    {
        if (Options.Rack is null) return;
        for (var i = broker.Partitions.Count - 1; i >= 0; i--)
            if (broker.Partitions[i].FollowerUntil <= now)
                ReturnToLeader(broker.Partitions[i]);
    }

    void ReturnToLeader(PartitionReader reader)
    {
        Attach(reader, BrokerOf(reader.Leader), reader.Leader);
        reader.Broker!.Wake.Set();
    }
}
