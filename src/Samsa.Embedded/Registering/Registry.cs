using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Samsa.Embedded.Cluster;
using Samsa.ZooKeeper;

namespace Samsa.Embedded.Registering;

/// <summary>
/// Keeps ZooKeeper in step with the cluster: each broker that runs has a session, and the controller writes the topics through its own.
/// </summary>
/// <remarks>
/// One loop looks at the cluster whenever something has changed, and writes what is different; so what changes quickly may show as one change. When a
/// write is lost everything is written again, which does no harm.
/// </remarks>
sealed class Registry : IAsyncDisposable
{
    const string Office = "/controller", EpochPath = "/controller_epoch";

    static readonly TimeSpan AfterFault = TimeSpan.FromMilliseconds(100);

    readonly string connectString;
    readonly ClusterState cluster;
    readonly RegisteredFormat format;
    readonly RegisteredTopics topics;
    readonly Lock gate = new();
    readonly Dictionary<int, RegisteredBroker> brokers = [];
    readonly CancellationTokenSource closing = new();
    readonly SemaphoreSlim news = new(0, 1);
    readonly Task running;

    // Who is to be the controller, the node that says so, and what is known of it.
    RegisteredBroker? candidate;
    HeldEphemeral? office;
    IDisposable? officeStates;
    volatile ZkHold? held;
    long owner;
    int epoch;

    Registry(string connectString, ClusterState cluster, RegisteredFormat format)
    {
        (this.connectString, this.cluster, this.format) = (connectString, cluster, format);
        topics = new RegisteredTopics(cluster, format);
        cluster.Changed = Wake;
        running = Task.Run(RunAsync);
    }

    EmbeddedKafkaOptions Options => cluster.Options;

    ZooKeeperOptions ClientOptions => new()
    {
        SessionTimeout = Options.ZooKeeperSessionTimeout,
        Clock = Options.Clock,
        MaxBackoff = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>Looks whether the place is free, and makes what is there from the beginning.</summary>
    public static async Task<Registry> OpenAsync(string connectString, ClusterState cluster, CancellationToken ct)
    {
        var format = RegisteredFormat.Of(cluster.Options.Profile);
        var registry = new Registry(connectString, cluster, format);
        try
        {
            await registry.PrepareAsync(ct).ConfigureAwait(false);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A broker that runs now registers.</summary>
    public async Task JoinAsync(int broker, CancellationToken ct)
    {
        if (!cluster.Alive.TryGetValue(broker, out var address)) return;
        lock (gate)
            if (brokers.ContainsKey(broker)) return;
        var data = format.Broker(address, Options.Certificate is not null, Options.RackOf(broker), cluster.Now);
        var joined = await RegisteredBroker.JoinAsync(broker, connectString, ClientOptions, data, ct).ConfigureAwait(false);
        lock (gate) brokers[broker] = joined;
        Wake();
    }

    /// <summary>A broker that does not run any more leaves.</summary>
    public async Task LeaveAsync(int broker, bool saysFarewell)
    {
        RegisteredBroker? leaving;
        lock (gate) leaving = brokers.GetValueOrDefault(broker);
        if (leaving is null) return;
        if (saysFarewell) await leaving.DisposeAsync().ConfigureAwait(false);
        else await leaving.AbandonAsync().ConfigureAwait(false);
        // Only now: the loop lets go of the office of a controller that is not here any more, and a killed one has nothing to say to that.
        lock (gate) brokers.Remove(broker);
        Wake();
    }

    public async ValueTask DisposeAsync()
    {
        cluster.Changed = static () => { };
        await closing.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        await ResignAsync().ConfigureAwait(false);
        foreach (var broker in brokers.Values) await broker.DisposeAsync().ConfigureAwait(false);
        closing.Dispose();
    }

    async Task PrepareAsync(CancellationToken ct)
    {
        var client = await ZooKeeperClient.ConnectAsync(connectString, ClientOptions, ct).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            foreach (var path in (string[])["/brokers/ids", "/brokers/topics"])
            {
                if (await client.GetChildrenAsync(path, ct).ConfigureAwait(false) is not { Names: [var first, ..] }) continue;
                throw new InvalidOperationException(
                    $"The ZooKeeper {connectString} has {path}/{first}: other brokers are or were there. Give these a place of their own, a chroot.");
            }

            foreach (var path in format.Places) await RegisteredTopics.EnsureAsync(client, path, ct).ConfigureAwait(false);
            if (!format.HasClusterId) return;
            await client.CreateParentsAsync("/cluster/id", ct).ConfigureAwait(false);
            await RegisteredTopics.PutAsync(client, "/cluster/id", RegisteredFormat.ClusterId(cluster.ClusterId), ct).ConfigureAwait(false);
        }
    }

    async Task RunAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await news.WaitAsync(closing.Token).ConfigureAwait(false);
                await StepAsync(closing.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                // It is over.
            }
            catch (Exception fault) when (fault is ZooKeeperException or ObjectDisposedException)
            {
                Options.Logger.LogDebug("ZooKeeper is not in step with the brokers yet: {Reason}", fault.Message);
                topics.Doubt();
                await Task.Delay(AfterFault, Options.Clock, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Wake();
            }
        }
    }

    async Task StepAsync(CancellationToken ct)
    {
        RegisteredBroker? controller;
        lock (gate) controller = brokers.GetValueOrDefault(cluster.Controller);
        if (controller != candidate) await ResignAsync().ConfigureAwait(false);
        if (controller is null) return;
        if (office is null) Run(controller);
        // Somebody else may have it still, whose session is not over; the loop is woken when that changes.
        if (held is not { State: ZkHoldState.Held } now) return;
        if (now.Owner != owner)
        {
            epoch = await NextEpochAsync(controller.Client, ct).ConfigureAwait(false);
            owner = now.Owner;
        }

        await topics.WriteAsync(controller.Client, epoch, ct).ConfigureAwait(false);
    }

    void Run(RegisteredBroker broker)
    {
        candidate = broker;
        office = broker.Client.HoldEphemeral(Office, format.Controller(broker.Id, cluster.Now));
        officeStates = office.States.Subscribe(new Listener<ZkHold>(
            state =>
            {
                held = state;
                Wake();
            },
            _ => Wake()));
    }

    async Task ResignAsync()
    {
        officeStates?.Dispose();
        if (office is not null) await office.DisposeAsync().ConfigureAwait(false);
        (candidate, office, officeStates, held) = (null, null, null, null);
    }

    /// <summary>Each controller has a number of its own.</summary>
    static async Task<int> NextEpochAsync(ZooKeeperClient client, CancellationToken ct)
    {
        var before = await client.GetAsync(EpochPath, ct).ConfigureAwait(false);
        var text = before is null ? "" : Encoding.UTF8.GetString(before.Data.Span);
        var next = (int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0) + 1;
        var data = Encoding.UTF8.GetBytes(next.ToString(CultureInfo.InvariantCulture));
        await RegisteredTopics.PutAsync(client, EpochPath, data, ct).ConfigureAwait(false);
        return next;
    }

    void Wake()
    {
        lock (news)
            if (news.CurrentCount == 0)
                news.Release();
    }
}
