using System.Diagnostics;
using System.Globalization;
using Samsa.ZooKeeper;

namespace Samsa.Tests.ZooKeeper;

/// <summary>Observers that block all threads of the pool. What is asserted meanwhile needs none of them, either.</summary>
[NonParallelizable]
[TestFixture("3.4.10")]
[TestFixture("3.8.4")]
public sealed class StarvationTests(string version) : ServerTests(version)
{
    /// <summary>The pool gets a thread or two more each second: these are enough for all of them for as long as a test may take.</summary>
    const int Blocked = 200;

    static readonly ZooKeeperOptions Short = Quick with { SessionTimeout = TimeSpan.FromSeconds(2) };

    readonly List<IDisposable> observing = [];
    TaskCompletionSource release = new();

    [SetUp]
    public void Begin() => release = new();

    [TearDown]
    public void Release()
    {
        release.TrySetResult();
        observing.ForEach(one => one.Dispose());
        observing.Clear();
    }

    [Test]
    public void A_pool_whose_threads_all_block_costs_no_session()
    {
        var client = Wait(ConnectAsync(options: Short));
        Wait(client.CreateAsync($"{Base}/kept", mode: ZkCreateMode.Ephemeral).AsTask());
        using var proxy = new Proxy(Server.ConnectString);
        var other = Wait(ConnectAsync(proxy.Address, Short));
        Wait(other.CreateAsync($"{Base}/lost", mode: ZkCreateMode.Ephemeral).AsTask());
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        StarveBy(client);

        // Twice: the server says when more than the time of a session is over, not a clock of ours.
        for (var round = 0; round < 2; round++)
        {
            proxy.Block();
            Until(() => !Owners().Contains(other.Session.Id));
            proxy.Unblock();
            Until(() => Owners().Contains(client.Session.Id) && other.Session.Epoch == round + 2);
            var hold = other.CreateAsync($"{Base}/lost", mode: ZkCreateMode.Ephemeral);
            Until(() => Owners().Contains(other.Session.Id));
            GC.KeepAlive(hold);
        }

        Assert.That(ThreadPool.PendingWorkItemCount, Is.GreaterThan(Blocked / 4), "The pool was not starved all the time.");
        release.SetResult();
        Wait(sessions.BecomesAsync(session => session.State == ZkSessionState.Connected));
        Assert.That(sessions.Seen.Select(session => (session.State, session.Epoch)), Is.All.EqualTo((ZkSessionState.Connected, 1)));
    }

    [Test]
    public void A_cut_connection_is_replaced_while_all_threads_of_the_pool_block()
    {
        using var proxy = new Proxy(Server.ConnectString);
        var client = Wait(ConnectAsync(proxy.Address, Short));
        Wait(client.CreateAsync($"{Base}/kept", mode: ZkCreateMode.Ephemeral).AsTask());
        StarveBy(client);

        var cuts = proxy.Connections;
        proxy.CutNow();

        Until(() => proxy.Connections > cuts && client.Session.State == ZkSessionState.Connected);
        Assert.That(client.Session.Epoch, Is.EqualTo(1));
        Assert.That(Owners(), Does.Contain(client.Session.Id));
        Assert.That(ThreadPool.PendingWorkItemCount, Is.GreaterThan(Blocked / 4), "The pool was not starved all the time.");
    }

    void StarveBy(ZooKeeperClient client)
    {
        var until = release;
        // An event of the kernel, so that the pool does not know and gives no thread in exchange.
        for (var i = 0; i < Blocked; i++)
            observing.Add(client.WatchNode($"{Base}/{i}").Subscribe(new Blocking(() => ((IAsyncResult)until.Task).AsyncWaitHandle.WaitOne())));
        Until(() => ThreadPool.PendingWorkItemCount > Blocked / 2);
    }

    /// <summary>The sessions that have ephemeral nodes, as the server says.</summary>
    HashSet<long> Owners() =>
    [
        .. RealZooKeeper.Say(Server.ConnectString, "dump").Split('\n')
            .Where(line => line.StartsWith("0x", StringComparison.Ordinal) && line.EndsWith(':'))
            .Select(line => long.Parse(line.AsSpan(2, line.Length - 3), NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
    ];

    static void Until(Func<bool> isSo)
    {
        var begin = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Assert.That(Stopwatch.GetElapsedTime(begin), Is.LessThan(TimeSpan.FromSeconds(30)), "It did not come to that.");
            Thread.Sleep(20);
        }
    }

    // The test has a thread of its own, which may wait.
    static T Wait<T>(Task<T> task)
    {
        Assert.That(task.Wait(TimeSpan.FromSeconds(30)));
        return task.Result;
    }

    sealed class Blocking(Action next) : IObserver<ZkNode?>
    {
        public void OnNext(ZkNode? value) => next();

        public void OnError(Exception error)
        {
            // It ends with the client.
        }

        public void OnCompleted()
        {
            // It ends with the client.
        }
    }
}
