using Samsa.ZooKeeper;

namespace Samsa.Embedded.Registering;

/// <summary>The session of one broker, and the node that says that it runs.</summary>
sealed class RegisteredBroker : IAsyncDisposable
{
    readonly HeldEphemeral node;

    RegisteredBroker(int id, ZooKeeperClient client, HeldEphemeral node) => (Id, Client, this.node) = (id, client, node);

    public int Id { get; }

    public ZooKeeperClient Client { get; }

    /// <summary>Begins a session and registers. A node of an earlier session that is not over yet is waited for, but not here.</summary>
    public static async Task<RegisteredBroker> JoinAsync(int id, string connectString, ZooKeeperOptions options, byte[] data, CancellationToken ct)
    {
        var client = await ZooKeeperClient.ConnectAsync(connectString, options, ct).ConfigureAwait(false);
        var node = client.HoldEphemeral($"/brokers/ids/{id}", data);
        var known = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var states = node.States.Subscribe(new Listener<ZkHold>(
            hold =>
            {
                if (hold.State is ZkHoldState.Held or ZkHoldState.Conflict) known.TrySetResult();
            },
            error => known.TrySetException(error ?? new ObjectDisposedException(nameof(RegisteredBroker)))));
        try
        {
            await known.Task.WaitAsync(options.ConnectTimeout, options.Clock, ct).ConfigureAwait(false);
            return new RegisteredBroker(id, client, node);
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Goes without a word: the session stays until its time is over.</summary>
    public async Task AbandonAsync()
    {
        await Client.AbandonAsync().ConfigureAwait(false);
        await node.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync().ConfigureAwait(false);
        await Client.DisposeAsync().ConfigureAwait(false);
    }
}
