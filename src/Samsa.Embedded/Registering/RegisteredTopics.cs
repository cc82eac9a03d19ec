using Samsa.Embedded.Cluster;
using Samsa.ZooKeeper;

namespace Samsa.Embedded.Registering;

/// <summary>The topics in ZooKeeper, as the controller writes them: only what has changed since it wrote last.</summary>
sealed class RegisteredTopics(ClusterState cluster, RegisteredFormat format)
{
    const string Topics = "/brokers/topics", Configs = "/config/topics";

    /// <summary>How many writes are under way at a time.</summary>
    const int Together = 64;

    readonly Dictionary<string, Written> written = new(StringComparer.Ordinal);
    bool isSure = true;

    /// <summary>What was written may not have arrived, so everything is written again.</summary>
    public void Doubt() => isSure = false;

    /// <summary>Writes what has changed.</summary>
    public async Task WriteAsync(ZooKeeperClient client, int controllerEpoch, CancellationToken ct)
    {
        if (!isSure)
            foreach (var topic in written.Values) topic.Forget();
        var there = cluster.Topics.ToHashSet();
        foreach (var (name, old) in written.ToArray())
        {
            if (there.Contains(old.Topic)) continue;
            await DeleteAsync(client, $"{Topics}/{name}", ct).ConfigureAwait(false);
            await DeleteAsync(client, $"{Configs}/{name}", ct).ConfigureAwait(false);
            written.Remove(name);
        }

        foreach (var topic in there)
        {
            if (!written.TryGetValue(topic.Name, out var now)) written[topic.Name] = now = new Written(topic);
            await WriteAsync(client, now, controllerEpoch, ct).ConfigureAwait(false);
        }

        isSure = true;
    }

    async Task WriteAsync(ZooKeeperClient client, Written topic, int controllerEpoch, CancellationToken ct)
    {
        var path = $"{Topics}/{topic.Topic.Name}";
        var leaders = topic.Topic.Partitions.Select(partition => partition.Leadership).ToArray();
        var data = format.Topic(topic.Topic, leaders);
        var isNew = topic.Data is null;
        if (isNew) await PutAsync(client, $"{Configs}/{topic.Topic.Name}", RegisteredFormat.Config, ct).ConfigureAwait(false);
        if (isNew || !data.AsSpan().SequenceEqual(topic.Data))
        {
            await PutAsync(client, path, data, ct).ConfigureAwait(false);
            topic.Data = data;
        }

        if (isNew) await EnsureAsync(client, $"{path}/partitions", ct).ConfigureAwait(false);
        var states = topic.StatesFor(leaders.Length);
        foreach (var some in Enumerable.Range(0, leaders.Length).Where(i => !Same(states[i], leaders[i])).Chunk(Together))
        {
            await Task.WhenAll(some.Select(async i =>
            {
                if (states[i] is null) await EnsureAsync(client, $"{path}/partitions/{i}", ct).ConfigureAwait(false);
                await PutAsync(client, $"{path}/partitions/{i}/state", RegisteredFormat.State(leaders[i], controllerEpoch), ct).ConfigureAwait(false);
                states[i] = leaders[i];
            })).ConfigureAwait(false);
        }
    }

    // The controller that wrote a state stands in it, too; another controller does not write it again for that.
    static bool Same(Leadership? one, Leadership other) => one is not null
        && (one.Leader, one.Epoch) == (other.Leader, other.Epoch) && one.InSync.AsSpan().SequenceEqual(other.InSync.AsSpan());

    /// <summary>Writes a node, whether it is there or not. Doing it twice does no harm.</summary>
    public static async Task PutAsync(ZooKeeperClient client, string path, byte[] data, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await client.SetAsync(path, data, ct).ConfigureAwait(false);
                return;
            }
            catch (ZooKeeperException error) when (error.Error == ZooKeeperError.NoNode)
            {
                // It is to be created.
            }

            try
            {
                await client.CreateAsync(path, data, ct: ct).ConfigureAwait(false);
                return;
            }
            catch (ZooKeeperException error) when (error.Error == ZooKeeperError.NodeExists)
            {
                // Somebody was quicker.
            }
        }
    }

    /// <summary>Creates a node without data, unless it is there.</summary>
    public static async Task EnsureAsync(ZooKeeperClient client, string path, CancellationToken ct)
    {
        await client.CreateParentsAsync(path, ct).ConfigureAwait(false);
        try
        {
            await client.CreateAsync(path, ReadOnlyMemory<byte>.Empty, ct: ct).ConfigureAwait(false);
        }
        catch (ZooKeeperException error) when (error.Error == ZooKeeperError.NodeExists)
        {
            // So it is there.
        }
    }

    static async Task DeleteAsync(ZooKeeperClient client, string path, CancellationToken ct)
    {
        foreach (var name in (await client.GetChildrenAsync(path, ct).ConfigureAwait(false))?.Names ?? [])
            await DeleteAsync(client, $"{path}/{name}", ct).ConfigureAwait(false);
        try
        {
            await client.DeleteAsync(path, -1, ct).ConfigureAwait(false);
        }
        catch (ZooKeeperException error) when (error.Error == ZooKeeperError.NoNode)
        {
            // It is gone.
        }
    }

    sealed class Written(TopicState topic)
    {
        Leadership?[] states = [];

        public TopicState Topic => topic;

        public byte[]? Data { get; set; }

        /// <summary>What was written of each partition; null of those that are new.</summary>
        public Leadership?[] StatesFor(int partitions)
        {
            if (states.Length < partitions) Array.Resize(ref states, partitions);
            return states;
        }

        public void Forget()
        {
            Data = null;
            states = [];
        }
    }
}
