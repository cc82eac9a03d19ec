using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using Samsa.Tests.Connections;
using Samsa.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Tests.ZooKeeper;

/// <summary>Servers that answer as no published one should, and questions that cannot be asked.</summary>
public sealed class RudeServerTests
{
    const int Session = 1, TimeoutMs = 4000, CloseSession = -11;

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
