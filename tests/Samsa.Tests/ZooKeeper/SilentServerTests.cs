using System.Buffers.Binary;
using System.Net.Sockets;
using Samsa.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Tests.ZooKeeper;

/// <summary>A server that begins a session, and then neither reads nor says anything, as one that is halted.</summary>
public sealed class SilentServerTests
{
    const int TimeoutMs = 1200;

    [Test]
    public async Task A_server_that_reads_no_more_is_given_up_and_so_is_what_was_asked()
    {
        using var server = new Listening(Greet);
        await using var client = await ZooKeeperClient.ConnectAsync(server.Address, new() { ConnectTimeout = TimeSpan.FromMilliseconds(500) });
        using var sessions = new Recorder<ZkSession>(client.Sessions);

        // More than the buffers of both sides hold: who writes is stuck in the middle of it.
        var asked = Enumerable.Range(0, 64).Select(_ => client.SetAsync("/a", new byte[1_000_000]).AsTask()).ToArray();

        await sessions.SawAsync(session => session.State == ZkSessionState.Suspended);
        foreach (var one in asked)
        {
            var error = await Assert.ThrowsAsync<ZooKeeperException>(() => one.WaitAsync(TimeSpan.FromSeconds(20)));
            Assert.That((error!.Error, error.IsOutcomeUnknown), Is.EqualTo((ZooKeeperError.ConnectionLoss, true)));
        }

        Assert.That(sessions.Seen.First(session => session.State == ZkSessionState.Suspended).Trouble, Does.Contain("said nothing for 0.8 s"));
    }

    [Test]
    public async Task A_client_is_closed_while_it_writes_to_a_server_that_reads_no_more()
    {
        using var server = new Listening(Greet);
        var client = await ZooKeeperClient.ConnectAsync(server.Address);
        var asked = Enumerable.Range(0, 64).Select(_ => client.SetAsync("/a", new byte[1_000_000]).AsTask()).ToArray();

        await client.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        foreach (var one in asked) await Assert.ThrowsAsync(Is.InstanceOf<Exception>(), () => one.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    static void Greet(TcpClient client)
    {
        var (socket, stream) = (client.Client, client.GetStream());
        var head = new byte[4];
        stream.ReadExactly(head);
        stream.ReadExactly(new byte[BinaryPrimitives.ReadInt32BigEndian(head)]);
        var writer = new WireWriter();
        var frame = writer.BeginFrame();
        new Connect.Response { SessionId = 1, TimeoutMs = TimeoutMs, Password = new byte[16] }.Write(writer, 1);
        writer.EndFrame(frame);
        stream.Write(writer.ToArray());
        // Until the connection has ended, which shows without reading.
        while (!socket.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectError)) { }
    }
}
