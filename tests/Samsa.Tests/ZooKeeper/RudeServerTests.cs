using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Samsa.Embedded;
using Samsa.Tests.Connections;
using Samsa.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Tests.ZooKeeper;

/// <summary>Servers that answer as no published one should, and questions that cannot be asked.</summary>
public sealed class RudeServerTests
{
    const int Session = 1, TimeoutMs = 4000, CloseSession = -11, MultiOperation = 14;

    [Test]
    public async Task A_server_that_begins_no_session_is_not_asked_without_a_pause()
    {
        using var server = new Listening(client => Greet(client.GetStream(), session: 0));
        await AssertPausesAsync(server);
    }

    [Test]
    public async Task A_server_that_leaves_after_each_greeting_is_not_asked_without_a_pause()
    {
        using var server = new Listening(client => Greet(client.GetStream(), Session));
        await AssertPausesAsync(server);
    }

    [Test]
    public async Task A_server_that_answers_something_else_each_time_is_not_asked_without_a_pause()
    {
        using var server = new Listening(client => Serve(client, asked => (asked.Xid + 1, ZooKeeperError.Ok, null)));
        await AssertPausesAsync(server);
    }

    [Test]
    public async Task A_watch_outlives_a_server_that_is_too_busy([Values(ZooKeeperError.Throttled, ZooKeeperError.RequestTimeout)] ZooKeeperError busy)
    {
        var refusals = 0;
        using var server = new Listening(client => Serve(client, asked => Interlocked.Increment(ref refusals) <= 3
            ? (asked.Xid, busy, null)
            : (asked.Xid, ZooKeeperError.Ok, new GetData.Response { Data = "x"u8.ToArray() })));
        await using var client = await ZooKeeperClient.ConnectAsync(server.Address);

        using var seen = new Recorder<ZkNode?>(client.WatchNode("/a"));

        Assert.That((await seen.BecomesAsync(node => node is not null))!.Data.Length, Is.EqualTo(1));
    }

    [Test]
    public async Task Several_operations_with_fewer_results_make_no_sense()
    {
        using var server = new Listening(client => Serve(client, asked => (asked.Xid, ZooKeeperError.Ok, new Multi.Response())));
        await using var client = await ZooKeeperClient.ConnectAsync(server.Address);

        var error = await Assert.ThrowsAsync<ZooKeeperException>(async () => await client.MultiAsync([new ZkOperation.Delete("/a")]));

        Assert.That(error!.Error, Is.EqualTo(ZooKeeperError.MarshallingError));
        Assert.That(error.Message, Does.Contain("0 results of 1 operations"));
    }

    [Test]
    public async Task A_question_that_cannot_be_written_ends_neither_the_session_nor_the_client()
    {
        await using var server = await EmbeddedZooKeeper.StartAsync();
        using var proxy = new Proxy(server.ConnectString);
        await using var client = await ZooKeeperClient.ConnectAsync(proxy.Address, new() { MaxBackoff = TimeSpan.FromMilliseconds(50) });
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        var session = client.Session.Id;
        proxy.Block();
        await sessions.SawAsync(state => state.State == ZkSessionState.Suspended);

        var impossible = client.CreateAsync("/a", acl: [null!]).AsTask();
        var possible = client.ExistsAsync("/").AsTask();
        proxy.Unblock();

        await Assert.ThrowsAsync<UnwritableMessageException>(() => impossible.WaitAsync(TimeSpan.FromSeconds(20)));
        // It stood behind the other, and was sent on the next connection or lost with that one.
        await ((Task)possible).WaitAsync(TimeSpan.FromSeconds(20)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.That(possible.IsCompleted, Is.True);
        Assert.That(await client.ExistsAsync("/"), Is.Not.Null);
        Assert.That(client.Session.Id, Is.EqualTo(session));
    }

    [Test]
    public async Task A_node_is_let_go_of_when_its_client_is_disposed_of_while_it_is_claimed()
    {
        using var claimed = new SemaphoreSlim(0);
        using var enough = new ManualResetEventSlim();
        using var server = new Listening(client => Serve(client, asked =>
        {
            if (asked.Operation == MultiOperation)
            {
                claimed.Release();
                enough.Wait(TimeSpan.FromSeconds(20));
            }

            return (asked.Xid, ZooKeeperError.NoNode, null);
        }));
        var client = await ZooKeeperClient.ConnectAsync(server.Address);
        await using var hold = client.HoldEphemeral("/me", default);
        using var states = new Recorder<ZkHold>(hold.States);
        Assert.That(await claimed.WaitAsync(TimeSpan.FromSeconds(20)), Is.True);

        await client.DisposeAsync();

        Assert.That(await states.EndAsync(), Is.Null);
        Assert.That(states.Last.State, Is.EqualTo(ZkHoldState.Released));
        enough.Set();
    }

    [Test]
    public void A_question_that_failed_is_forgotten_by_the_token_that_could_have_stopped_it()
    {
        using var stop = new CancellationTokenSource();
        var failed = Failed(stop.Token);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.That(failed.IsAlive, Is.False);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference Failed(CancellationToken ct)
    {
        var question = new Question<Exists.Response, bool>(new Exists.Request { Path = "/a" }, "/a", static (_, _) => true);
        question.StopWith(ct);
        question.Fail(new IOException("lost"));
        Assert.That(question.Answered.AsTask().Exception!.InnerException, Is.TypeOf<IOException>());
        return new(question);
    }

    // With pauses of 25 ms at least, which become twice as long each time, six connections take more than that.
    static async Task AssertPausesAsync(Listening server)
    {
        var since = Stopwatch.GetTimestamp();
        await using var client = new ZooKeeperClient(server.Address);
        using var seen = new Recorder<ZkNode?>(client.WatchNode("/a"));
        await Eventually.True(() => server.Connections >= 6, "there were six connections");
        Assert.That(Stopwatch.GetElapsedTime(since), Is.GreaterThan(TimeSpan.FromMilliseconds(400)));
    }

    static void Serve(TcpClient client, Func<(int Xid, int Operation), (int Xid, ZooKeeperError Error, IMessage? Body)> answer)
    {
        var stream = client.GetStream();
        Greet(stream, Session);
        while (true)
        {
            var frame = Read(stream);
            var asked = (Xid: BinaryPrimitives.ReadInt32BigEndian(frame), Operation: BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)));
            var (xid, error, body) = asked.Xid > 0 ? answer(asked) : (asked.Xid, ZooKeeperError.Ok, null);
            Write(stream, writer =>
            {
                new ReplyHeader { Xid = xid, Zxid = 1, Error = error }.WriteFields(writer, 0);
                body?.Write(writer, 0);
            });
            if (asked.Operation == CloseSession) return;
        }
    }

    static void Greet(NetworkStream stream, long session)
    {
        Read(stream);
        Write(stream, writer => new Connect.Response { SessionId = session, TimeoutMs = session == 0 ? 0 : TimeoutMs, Password = new byte[16] }.Write(writer, 1));
    }

    static byte[] Read(NetworkStream stream)
    {
        var head = new byte[4];
        stream.ReadExactly(head);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
        stream.ReadExactly(frame);
        return frame;
    }

    static void Write(NetworkStream stream, Action<WireWriter> body)
    {
        var writer = new WireWriter();
        var frame = writer.BeginFrame();
        body(writer);
        writer.EndFrame(frame);
        stream.Write(writer.ToArray());
    }
}
