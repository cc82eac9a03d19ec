using System.Buffers.Binary;
using System.Net.Sockets;
using Samsa.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Tests.ZooKeeper;

/// <summary>
/// A server that has lost its ensemble, played by the test: published ones take no session then, neither known nor new, unless they are
/// configured for local sessions.
/// </summary>
public sealed class ReadOnlyTests
{
    static readonly ZooKeeperOptions Quick = new() { ReadOnlyAllowed = true, MaxBackoff = TimeSpan.FromMilliseconds(20) };

    [Test]
    public async Task A_session_goes_on_at_a_server_without_its_ensemble_and_takes_writes_when_one_is_found_that_does()
    {
        using var server = new Played();
        await using var client = await ZooKeeperClient.ConnectAsync(server.Address, Quick);
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        await sessions.BecomesAsync(session => session.State == ZkSessionState.Connected);

        server.IsReadOnly = true;
        server.CutNow();
        await sessions.BecomesAsync(session => session.State == ZkSessionState.ConnectedReadOnly);
        Assert.That(await client.ExistsAsync("/"), Is.Not.Null);
        var refused = await Assert.ThrowsAsync<ZooKeeperException>(async () => await client.SetAsync("/", "x"u8.ToArray()));
        Assert.That((refused!.Error, refused.CanRetry), Is.EqualTo((ZooKeeperError.NotReadOnly, true)));

        server.IsReadOnly = false;
        var last = await sessions.BecomesAsync(session => session.State == ZkSessionState.Connected);
        Assert.That((last.Epoch, server.Asked), Is.EqualTo((1, "0 1 1")));
    }

    [Test]
    public async Task A_session_that_only_such_a_server_knows_is_not_asked_for_elsewhere()
    {
        using var server = new Played { IsReadOnly = true };
        await using var client = await ZooKeeperClient.ConnectAsync(server.Address, Quick);
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        await sessions.BecomesAsync(session => session.State == ZkSessionState.ConnectedReadOnly);

        server.IsReadOnly = false;
        var last = await sessions.BecomesAsync(session => session.State == ZkSessionState.Connected);
        Assert.That((last.Epoch, server.Asked), Is.EqualTo((2, "0 0")));
    }

    [Test]
    public async Task Such_a_server_will_not_do_unless_it_is_allowed()
    {
        using var server = new Played { IsReadOnly = true };
        var options = Quick with { ReadOnlyAllowed = false, ConnectTimeout = TimeSpan.FromMilliseconds(300) };
        var refused = await Assert.ThrowsAsync<ZooKeeperException>(() => ZooKeeperClient.ConnectAsync(server.Address, options));
        Assert.That(refused!.Message, Does.Contain("lost its ensemble"));
    }

    sealed class Played : IDisposable
    {
        readonly Listening listening;
        readonly Lock gate = new();
        readonly List<long> asked = [];
        long sessions;

        public Played() => listening = new(Serve);

        public string Address => listening.Address;

        public bool IsReadOnly { get; set; }

        /// <summary>The sessions that were asked for, 0 for a new one.</summary>
        public string Asked
        {
            get
            {
                lock (gate) return string.Join(' ', asked);
            }
        }

        public void CutNow() => listening.CutNow();

        public void Dispose() => listening.Dispose();

        void Serve(TcpClient client)
        {
            var stream = client.GetStream();
            for (var isFirst = true; ; isFirst = false)
            {
                var head = new byte[4];
                stream.ReadExactly(head);
                if (head.AsSpan().SequenceEqual("isro"u8))
                {
                    stream.Write(IsReadOnly ? "ro"u8 : "rw"u8);
                    return;
                }

                var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
                stream.ReadExactly(body);
                stream.Write(isFirst ? Hello(body) : Answer(body));
            }
        }

        byte[] Hello(byte[] body)
        {
            var reader = new WireReader(body);
            var hello = Connect.Request.Read(ref reader, 1);
            lock (gate) asked.Add(hello.SessionId);
            var id = hello.SessionId == 0 ? Interlocked.Increment(ref sessions) : hello.SessionId;
            return Frame(new Connect.Response { SessionId = id, TimeoutMs = hello.TimeoutMs, Password = new byte[16], ReadOnly = IsReadOnly }, null);
        }

        byte[] Answer(byte[] body)
        {
            var reader = new WireReader(body);
            var header = new RequestHeader(ref reader, 0);
            var isRefused = IsReadOnly && header.Operation == SetData.Api.Key;
            return Frame(isRefused || header.Xid < 0 ? null : new Exists.Response(),
                new() { Xid = header.Xid, Zxid = 1, Error = isRefused ? ZooKeeperError.NotReadOnly : ZooKeeperError.Ok });
        }

        static byte[] Frame(IMessage? message, ReplyHeader? header)
        {
            var writer = new WireWriter();
            var frame = writer.BeginFrame();
            header?.WriteFields(writer, 0);
            message?.Write(writer, (short)(message is Connect.Response ? 1 : 0));
            writer.EndFrame(frame);
            return writer.ToArray();
        }
    }
}
