using Samsa.ZooKeeper;

namespace Samsa.Tests.ZooKeeper;

/// <summary>Servers that are killed, restarted and halted.</summary>
[NonParallelizable]
public sealed class EnsembleTests
{
    static readonly ZooKeeperOptions Quick = new() { SessionTimeout = TimeSpan.FromSeconds(6), MaxBackoff = TimeSpan.FromMilliseconds(50) };

    static int bases;

    [Test]
    public async Task A_server_is_restarted_and_everything_goes_on()
    {
        // Nobody else may need this one meanwhile.
        var server = await RealZooKeeper.SharedAsync("3.4.10");
        await using var client = await ZooKeeperClient.ConnectAsync(server.ConnectString, Quick with { SessionTimeout = TimeSpan.FromSeconds(40) });
        var path = await BaseAsync(client);
        await using var hold = client.HoldEphemeral($"{path}/me", "v"u8.ToArray());
        using var states = new Recorder<ZkHold>(hold.States);
        using var node = new Recorder<ZkView<ZkNode>>(client.ViewNode(path));
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        await node.BecomesAsync(view => view.IsLive);

        await server.ServerAsync(1, "kill");
        await node.BecomesAsync(view => !view.IsLive);
        await server.ServerAsync(1, "start");
        await node.BecomesAsync(view => view.IsLive);
        await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        await client.SetAsync(path, "after"u8.ToArray());
        await node.BecomesAsync(view => view.Value!.Data.Length == 5);

        Assert.That(sessions.Last.Epoch, Is.EqualTo(1));
        Assert.That(node.Seen.Select(view => view.Value!.Stat.Mzxid).Distinct().Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task The_leader_of_an_ensemble_is_killed_and_everything_goes_on()
    {
        var ensemble = await RealZooKeeper.SharedAsync("3.8.4", 3);
        var leader = await LeaderAsync(ensemble);
        await using var client = await ZooKeeperClient.ConnectAsync(ensemble.Addresses[leader - 1], Quick);
        await using var all = await ZooKeeperClient.ConnectAsync(ensemble.ConnectString, Quick);
        var path = await BaseAsync(client);
        await using var hold = all.HoldEphemeral($"{path}/me", "v"u8.ToArray());
        using var states = new Recorder<ZkHold>(hold.States);
        using var node = new Recorder<ZkView<ZkNode>>(all.ViewNode(path));
        using var alone = new Recorder<ZkView<ZkNode>>(client.ViewNode(path));
        await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        await node.BecomesAsync(view => view.IsLive);
        await alone.BecomesAsync(view => view.IsLive);

        await ensemble.ServerAsync(leader, "kill");
        await alone.BecomesAsync(view => !view.IsLive);
        var written = await WriteAsync(all, path, "after"u8.ToArray());
        await node.BecomesAsync(view => view.IsLive && view.Value!.Stat.Mzxid == written);
        await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        await ensemble.ServerAsync(leader, "start");
        await alone.BecomesAsync(view => view.IsLive && view.Value!.Stat.Mzxid == written);
    }

    [Test]
    public async Task A_server_is_halted_for_longer_than_the_session()
    {
        var ensemble = await RealZooKeeper.SharedAsync("3.8.4", 3);
        // Not the leader, so that nothing but this server stands still.
        var halted = await LeaderAsync(ensemble) % 3 + 1;
        await using var client = await ZooKeeperClient.ConnectAsync(ensemble.Addresses[halted - 1], Quick with { SessionTimeout = TimeSpan.FromSeconds(1) });
        await using var other = await ZooKeeperClient.ConnectAsync(ensemble.Addresses[halted % 3], Quick);
        var path = await BaseAsync(client);
        await using var hold = client.HoldEphemeral($"{path}/me", "v"u8.ToArray());
        using var states = new Recorder<ZkHold>(hold.States);
        await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        using var there = new Recorder<ZkNode?>(other.WatchNode($"{path}/me"));
        using var node = new Recorder<ZkView<ZkNode>>(client.ViewNode(path));
        await there.BecomesAsync(seen => seen is not null);
        await node.BecomesAsync(view => view.IsLive);
        using var sessions = new Recorder<ZkSession>(client.Sessions);

        await ensemble.ServerAsync(halted, "pause");
        try
        {
            await there.BecomesAsync(seen => seen is null);
            Assert.That(client.Session.State, Is.EqualTo(ZkSessionState.Suspended));
            await other.SetAsync(path, "meanwhile"u8.ToArray());
        }
        finally
        {
            await ensemble.ServerAsync(halted, "resume");
        }

        await node.BecomesAsync(view => view.IsLive && view.Value!.Data.Length == 9);
        await states.BecomesAsync(state => state.State == ZkHoldState.Held && state.Owner == client.Session.Id);
        await there.BecomesAsync(seen => seen?.Stat.EphemeralOwner == client.Session.Id);
        Assert.That(sessions.Seen.Select(session => session.State), Does.Contain(ZkSessionState.Expired));
        Assert.That(client.Session.Epoch, Is.GreaterThanOrEqualTo(2));
    }

    static async Task<string> BaseAsync(ZooKeeperClient client)
    {
        var path = $"/ensemble-{Environment.ProcessId}-{Interlocked.Increment(ref bases)}";
        return await client.CreateAsync(path);
    }

    static async Task<int> LeaderAsync(RealZooKeeper ensemble)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            if (await ensemble.LeaderAsync() is > 0 and var leader) return leader;
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        throw new TimeoutException("The ensemble has no leader.");
    }

    /// <summary>Writes, again when the connection was lost: whether it was done does not matter.</summary>
    static async Task<long> WriteAsync(ZooKeeperClient client, string path, byte[] data)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return (await client.SetAsync(path, data)).Mzxid;
            }
            catch (ZooKeeperException error) when (error.CanRetry && tries < 10)
            {
                // It lost its leader meanwhile.
            }
        }
    }
}
