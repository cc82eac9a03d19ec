using System.Collections.Immutable;
using Samsa.Protocol;

namespace Samsa.Embedded.Cluster;

/// <summary>Who leads a partition, since when, and who could.</summary>
/// <param name="Leader">The leading broker; −1 for none.</param>
/// <param name="Epoch">How often the leader has changed.</param>
/// <param name="Replicas">The brokers that hold the partition; the first is the preferred leader.</param>
/// <param name="InSync">Those of them that are up to date; the last one alive stays when it goes too.</param>
sealed record Leadership(int Leader, int Epoch, ImmutableArray<int> Replicas, ImmutableArray<int> InSync)
{
    public const int None = -1;

    /// <summary>What is said of the partition to whoever asks for it.</summary>
    public ErrorCode Error => Leader == None ? ErrorCode.LeaderNotAvailable : ErrorCode.None;

    public Leadership WithLeader(int broker)
    {
        // A broker that had no replica takes the place of the one that led.
        var replicas = Replicas.Contains(broker) ? Replicas : Replicas.SetItem(Math.Max(0, Replicas.IndexOf(Leader)), broker);
        return new Leadership(broker, Epoch + 1, replicas, [.. replicas.Where(one => one == broker || InSync.Contains(one))]);
    }

    /// <summary>What is left when <paramref name="broker"/> stops: the next replica in sync leads, or nobody does.</summary>
    public Leadership Without(int broker)
    {
        if (!InSync.Contains(broker)) return this;
        var left = InSync.Length > 1 ? InSync.Remove(broker) : InSync;
        if (Leader != broker) return this with { InSync = left };
        var next = left.Contains(broker) ? None : Replicas.First(left.Contains);
        return this with { Leader = next, Epoch = Epoch + 1, InSync = left };
    }

    /// <summary>What is when <paramref name="broker"/> is back: it follows, or leads again what nobody could lead without it.</summary>
    /// <param name="broker">The broker that came back.</param>
    /// <param name="alive">All brokers that run now.</param>
    public Leadership With(int broker, IReadOnlySet<int> alive)
    {
        if (!Replicas.Contains(broker)) return this;
        if (Leader != None) return InSync.Contains(broker) ? this : this with { InSync = InSync.Add(broker) };
        if (!InSync.Contains(broker)) return this;
        return this with { Leader = broker, Epoch = Epoch + 1, InSync = [.. Replicas.Where(alive.Contains)] };
    }
}
