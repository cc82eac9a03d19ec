using System.Net;
using System.Net.Sockets;
using System.Text;
using Samsa.Wire;

namespace Samsa.Tests.Wire;

public sealed class FrameReaderTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task A_frame_may_come_byte_by_byte([Values] bool overStream)
    {
        using var pair = await Pair.ConnectAsync();
        var frames = overStream ? new FrameReader(pair.Stream) : new FrameReader(pair.Ours);
        byte[] sent = [.. Framed([1, 2, 3, 4, 5]), .. Framed([6, 7, 8, 9])];
        var sending = Task.Run(async () =>
        {
            foreach (var one in sent) await pair.Theirs.SendAsync(new[] { one });
        });
        Assert.That(await Next(frames), Is.EqualTo(new byte[] { 1, 2, 3, 4, 5 }));
        Assert.That(await Next(frames), Is.EqualTo(new byte[] { 6, 7, 8, 9 }));
        await sending;
    }

    [Test]
    public async Task Many_frames_in_one_segment_cost_one_receive()
    {
        byte[] sent = [.. Enumerable.Range(0, 100).SelectMany(i => Framed([0, 0, 0, (byte)i]))];
        var stream = new CountingStream(sent);
        var frames = new FrameReader(stream);
        for (var i = 0; i < 100; i++) Assert.That(await Next(frames), Is.EqualTo(new byte[] { 0, 0, 0, (byte)i }));
        Assert.That(stream.Reads, Is.EqualTo(1));
        Assert.That(await Next(frames), Is.Null);
        Assert.That(frames.BytesReceived, Is.EqualTo(sent.Length));
    }

    [Test]
    public async Task A_big_frame_is_followed_by_small_ones([Values(20_000, 1 << 20, (1 << 20) + 1, 5_000_000)] int length)
    {
        using var pair = await Pair.ConnectAsync();
        var frames = new FrameReader(pair.Ours);
        var big = new byte[length];
        new Random(length).NextBytes(big);
        var sending = pair.SendAsync([.. Framed([1, 1, 1, 1]), .. Framed(big), .. Framed([2, 2, 2, 2]), .. Framed(big)]);
        Assert.That(await Next(frames), Is.EqualTo(new byte[] { 1, 1, 1, 1 }));
        Assert.That((await Next(frames)).AsSpan().SequenceEqual(big));
        Assert.That(await Next(frames), Is.EqualTo(new byte[] { 2, 2, 2, 2 }));
        Assert.That((await Next(frames)).AsSpan().SequenceEqual(big));
        await sending;
    }

    [Test]
    public async Task Frames_are_cut_alike_however_the_bytes_arrive()
    {
        var seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var sent = Enumerable.Range(0, 300).Select(_ => Bytes(random, random.Next(5) == 0 ? random.Next(4, 60_000) : random.Next(4, 40))).ToList();
        var frames = new FrameReader(new CountingStream([.. sent.SelectMany(Framed)]) { Chunk = () => random.Next(1, 20_000) });
        foreach (var expected in sent) Assert.That((await Next(frames)).AsSpan().SequenceEqual(expected));
        Assert.That(await Next(frames), Is.Null);
    }

    [Test]
    public async Task Each_frame_is_an_array_of_its_own()
    {
        var frames = new FrameReader(new CountingStream([.. Framed([1, 1, 1, 1]), .. Framed([2, 2, 2, 2])]));
        var first = await frames.ReadAsync();
        await frames.ReadAsync();
        Assert.That(first!.Value.ToArray(), Is.EqualTo(new byte[] { 1, 1, 1, 1 }));
    }

    [TestCase("00000003", "claims 3 bytes, at least 4 can be")]
    [TestCase("00000000", "claims 0 bytes")]
    [TestCase("ffffffff", "claims -1 bytes")]
    [TestCase("80000000", "claims -2147483648 bytes")]
    [TestCase("7fffffff", "claims 2147483647 bytes, at most 104857600 can be")]
    [TestCase("06400001", "claims 104857601 bytes")]
    [TestCase("1503030002 0228", "the peer speaks TLS", Description = "an alert")]
    [TestCase("1603010200", "the peer speaks TLS", Description = "a handshake")]
    public async Task I001_I002_I003_An_impossible_length_is_refused(string hex, string problem)
    {
        using var pair = await Pair.ConnectAsync();
        await pair.SendAsync(WireReaderTests.Hex(hex));
        await Refuses(new FrameReader(pair.Ours), problem);
    }

    [TestCase("HTTP/1.1 400 Bad Request\r\n")]
    [TestCase("GET / HTTP/1.1\r\n")]
    public async Task Somebody_who_speaks_HTTP_is_told_so(string said)
    {
        using var pair = await Pair.ConnectAsync();
        await pair.SendAsync(Encoding.ASCII.GetBytes(said));
        await Refuses(new FrameReader(pair.Ours), "the peer speaks HTTP");
    }

    [Test]
    public async Task The_limit_may_be_raised_between_frames()
    {
        var frames = new FrameReader(new CountingStream([.. Framed(new byte[10]), .. Framed(new byte[11]), .. Framed(new byte[20])]), maxFrameBytes: 10);
        Assert.That(await Next(frames), Has.Length.EqualTo(10));
        frames.MaxFrameBytes = 11;
        Assert.That(await Next(frames), Has.Length.EqualTo(11));
        await Refuses(frames, "claims 20 bytes, at most 11 can be");
    }

    [Test]
    public async Task I004_A_huge_frame_that_never_comes_costs_little()
    {
        var stream = new CountingStream([.. WireReaderTests.Hex("06400000"), .. new byte[1000]]);
        var frames = new FrameReader(stream);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = await Assert.ThrowsAsync<EndOfStreamException>(async () => await frames.ReadAsync());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(200_000));
        Assert.That(error!.Message, Is.EqualTo("The connection ended after 1000 bytes of a frame of 104857600."));
    }

    [TestCase("")]
    [TestCase("00000004 01020304")]
    public async Task The_end_between_two_frames_is_no_error(string hex)
    {
        using var pair = await Pair.ConnectAsync();
        await pair.SendAsync(WireReaderTests.Hex(hex));
        pair.Theirs.Shutdown(SocketShutdown.Send);
        var frames = new FrameReader(pair.Ours);
        if (hex.Length > 0) await Next(frames);
        Assert.That(await Next(frames), Is.Null);
    }

    [TestCase("0000", "after 2 bytes of the length of a frame")]
    [TestCase("00000004", "after 0 bytes of a frame of 4")]
    [TestCase("00000004 010203", "after 3 bytes of a frame of 4")]
    public async Task The_end_inside_a_frame_is_an_error(string hex, string problem)
    {
        using var pair = await Pair.ConnectAsync();
        await pair.SendAsync(WireReaderTests.Hex(hex));
        pair.Theirs.Shutdown(SocketShutdown.Send);
        var error = await Assert.ThrowsAsync<EndOfStreamException>(async () => await Next(new FrameReader(pair.Ours)));
        Assert.That(error!.Message, Does.Contain(problem));
    }

    [Test]
    public async Task A_reset_inside_a_frame_is_an_error()
    {
        using var pair = await Pair.ConnectAsync();
        await pair.SendAsync(WireReaderTests.Hex("00000004 01"));
        var frames = new FrameReader(pair.Ours);
        var reading = Next(frames);
        pair.Theirs.LingerState = new LingerOption(true, 0);
        pair.Theirs.Close();
        await Assert.ThrowsAsync(Is.InstanceOf<SocketException>().Or.InstanceOf<EndOfStreamException>(), () => reading);
    }

    [Test]
    public async Task A_read_can_be_cancelled()
    {
        using var pair = await Pair.ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var reading = new FrameReader(pair.Ours).ReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => reading.WaitAsync(Patience));
    }

    static async Task Refuses(FrameReader frames, string problem)
    {
        var error = await Assert.ThrowsAsync<ProtocolException>(() => Next(frames));
        Assert.That(error!.Message, Does.Contain(problem));
    }

    static async Task<byte[]?> Next(FrameReader frames) => (await frames.ReadAsync().AsTask().WaitAsync(Patience))?.ToArray();

    static byte[] Framed(byte[] frame)
    {
        var writer = new WireWriter();
        var mark = writer.BeginFrame();
        writer.WriteRaw(frame);
        writer.EndFrame(mark);
        return writer.ToArray();
    }

    static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Two ends of a connection on the loopback device.</summary>
    sealed class Pair(Socket ours, Socket theirs) : IDisposable
    {
        public Socket Ours => ours;

        public Socket Theirs => theirs;

        public NetworkStream Stream { get; } = new(ours);

        public static async Task<Pair> ConnectAsync()
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            var ours = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await ours.ConnectAsync(listener.LocalEndPoint!);
            return new Pair(ours, await listener.AcceptAsync()) { Theirs = { NoDelay = true } };
        }

        public async Task SendAsync(byte[] bytes)
        {
            for (var sent = 0; sent < bytes.Length;) sent += await theirs.SendAsync(bytes.AsMemory(sent));
        }

        public void Dispose()
        {
            Stream.Dispose();
            ours.Dispose();
            theirs.Dispose();
        }
    }

    /// <summary>Gives bytes in chunks and counts how often it was asked.</summary>
    sealed class CountingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public int Reads { get; private set; }

        public Func<int> Chunk { get; init; } = () => int.MaxValue;

        public override ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancel = default)
        {
            Reads++;
            return base.ReadAsync(into[..Math.Min(into.Length, Chunk())], cancel);
        }
    }
}
