using System.Buffers.Binary;
using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Tests.Embedded;

/// <summary>Clients that do not mean well lose their connection, and nobody else loses anything.</summary>
public class HostileTests
{
    EmbeddedKafka kafka = null!;
    FaultLog log = null!;

    [SetUp]
    public async Task Start()
    {
        log = new FaultLog();
        kafka = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V3_9, MaxRequestBytes = 1 << 20, MaxConnections = 50, Logger = log });
        kafka.CreateTopic("t");
    }

    [TearDown]
    public async Task Stop()
    {
        await IsWell();
        await kafka.DisposeAsync();
        Assert.That(log.Faults, Is.Empty);
    }

    [TestCase("ffffffff", TestName = "I001_A_negative_length_closes_the_connection")]
    [TestCase("80000000", TestName = "I001_The_smallest_length_closes_the_connection")]
    [TestCase("00000000", TestName = "I002_No_length_closes_the_connection")]
    [TestCase("00000007 00000000000000", TestName = "I002_A_request_shorter_than_its_header_closes_the_connection")]
    [TestCase("7fffffff", TestName = "I003_Two_gigabytes_close_the_connection")]
    [TestCase("00100001", TestName = "I003_A_request_a_byte_larger_than_allowed_closes_the_connection")]
    [TestCase("47455420 2f20485454502f312e310d0a0d0a", TestName = "I003_A_browser_is_shown_the_door")]
    [TestCase("16030100 c8010000c40303", TestName = "I003_A_TLS_client_is_shown_the_door")]
    [TestCase("00000010 0003000000000001 ffff 00000000 dead", TestName = "I005_Bytes_behind_the_end_close_the_connection")]
    [TestCase("00000009 0003000000000001 00", TestName = "I006_A_header_that_is_cut_closes_the_connection")]
    [TestCase("0000000a 0003000000000001 ffff", TestName = "I006_A_request_without_a_body_closes_the_connection")]
    [TestCase("0000000e 0003000000000001 0005 61626364", TestName = "I008_A_client_id_longer_than_the_request_closes_the_connection")]
    [TestCase("0000000a 0003000000000001 fffe", TestName = "I008_A_client_id_of_negative_length_closes_the_connection")]
    [TestCase("00000010 0003000100000001 ffff 00000001 ffff", TestName = "I009_A_null_where_a_name_must_be_closes_the_connection")]
    [TestCase("00000010 0003000000000001 ffff 7fffffff 0000", TestName = "I011_An_array_longer_than_the_request_closes_the_connection")]
    [TestCase("0000000e 0003000000000001 ffff ffffffff", TestName = "I011_A_null_where_an_array_must_be_closes_the_connection")]
    [TestCase("0000000e 0003000100000001 ffff fffffffe", TestName = "I011_An_array_of_minus_two_closes_the_connection")]
    [TestCase("00000010 0003000c00000001 ffff ffffffffff7f", TestName = "I013_A_number_of_six_groups_closes_the_connection")]
    [TestCase("0000000f 0003000c00000001 ffff ffffffff7f", TestName = "I013_A_number_of_35_bits_closes_the_connection")]
    [TestCase("0000000c 0003000c00000001 ffff e907", TestName = "I016_A_thousand_and_one_tags_close_the_connection")]
    [TestCase("0000000f 0003000c00000001 ffff 8080808008", TestName = "I016_Two_billion_tags_close_the_connection")]
    [TestCase("0000000f 0003000c00000001 ffff 0205000500", TestName = "I016_A_tag_twice_closes_the_connection")]
    [TestCase("0000000d 0003000c00000001 ffff 010564", TestName = "I016_A_tag_longer_than_the_request_closes_the_connection")]
    public async Task Whoever_does_not_speak_Kafka_is_not_listened_to(string hex)
    {
        using var other = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await other.AskAsync(new ApiVersions.Request(), 0);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await client.SendBytesAsync(Convert.FromHexString(hex.Replace(" ", "")));
        Assert.That(await client.IsClosedAsync());
        await other.AskAsync(new ApiVersions.Request(), 0);
    }

    [Test]
    public async Task I012_A_million_and_one_tiny_items_close_the_connection_and_cost_little()
    {
        await using var patient = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V3_9, Logger = log });
        var request = new byte[4 + 8 + 2 + 4 + 2 * 1_000_001];
        BinaryPrimitives.WriteInt32BigEndian(request, request.Length - 4);
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(4), Metadata.Api.Key);
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(12), -1);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(14), 1_000_001);
        using var client = await RawClient.ConnectAsync(patient.Brokers[0]);
        var before = GC.GetTotalAllocatedBytes();
        await client.SendBytesAsync(request);
        Assert.That(await client.IsClosedAsync());
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(32L << 20), "bytes allocated");
    }

    [Test]
    public async Task I004_A_promise_of_many_bytes_costs_nothing_until_they_come()
    {
        var clients = new List<RawClient>();
        var before = GC.GetTotalAllocatedBytes();
        for (var i = 0; i < 40; i++)
        {
            clients.Add(await RawClient.ConnectAsync(kafka.Brokers[0]));
            await clients[^1].SendBytesAsync(Convert.FromHexString("00100000ffff"));
        }

        await IsWell();
        Assert.That(kafka.Brokers[0].Connections, Is.GreaterThanOrEqualTo(40));
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(20L << 20), "bytes allocated, where 40 MiB were promised");
        clients.ForEach(client => client.Dispose());
    }

    [Test]
    public async Task All_clients_together_cannot_make_the_broker_hold_more_than_it_wants()
    {
        // Four whole requests are the limit; each of these sends all of one but its last byte.
        var clients = new List<RawClient>();
        var almost = new byte[4 + (1 << 20) - 1];
        BinaryPrimitives.WriteInt32BigEndian(almost, 1 << 20);
        for (var i = 0; i < 12; i++)
        {
            clients.Add(await RawClient.ConnectAsync(kafka.Brokers[0]));
            try
            {
                await clients[^1].SendBytesAsync(almost);
            }
            catch (IOException)
            {
                // Cut while it was sending.
            }
        }

        await Eventually.Is(() => kafka.Brokers[0].Connections <= 6, "most of them were cut");
        clients.ForEach(client => client.Dispose());
        await Eventually.Is(() => kafka.Brokers[0].Connections == 0, "the memory is free again");
    }

    [Test]
    public async Task Connections_beyond_the_limit_are_closed_and_those_before_live()
    {
        var clients = new List<RawClient>();
        for (var i = 0; i < 50; i++) clients.Add(await RawClient.ConnectAsync(kafka.Brokers[0]));
        await clients[^1].AskAsync(new ApiVersions.Request(), 0);
        using (var late = await RawClient.ConnectAsync(kafka.Brokers[0])) Assert.That(await late.IsClosedAsync());
        await clients[0].AskAsync(new ApiVersions.Request(), 0);
        clients.ForEach(client => client.Dispose());
        await Eventually.Is(() => kafka.Brokers[0].Connections == 0, "closed connections make room");
    }

    [Test]
    public async Task A_client_that_leaves_while_it_waits_costs_nothing_afterwards()
    {
        for (var i = 0; i < 20; i++)
        {
            using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
            await client.SendAsync(RawClient.FetchRequest("t", 0, maxWait: 200), 12);
        }

        await Eventually.Is(() => kafka.Brokers[0].Connections == 0, "nobody waits any more");
    }

    [Test]
    public async Task Mutated_requests_break_nothing([Values(11, 12, 13)] int seed)
    {
        var random = new Random(seed);
        TestContext.Out.WriteLine($"seed {seed}");
        var templates = Templates().Select(one => Frame(one.Request, one.Version)).ToList();
        for (var i = 0; i < 700; i++)
        {
            using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
            var frame = Mutate(templates[random.Next(templates.Count)].ToArray(), random);
            await client.SendBytesAsync(frame);
            // Often enough long enough for an answer. None may come: a mutated fetch waits for ever, a mutated produce wants none.
            if (random.Next(2) == 0) await client.ReadFrameAsync(TimeSpan.FromMilliseconds(20));
        }
    }

    [Test]
    public async Task Strange_numbers_are_answered_with_errors()
    {
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        foreach (var number in new[] { int.MinValue, -1, int.MaxValue })
        {
            Assert.That((await client.FetchAsync("t", number, partition: number)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
            await client.FetchAsync("t", 0, maxBytes: number, minBytes: number == int.MaxValue ? 1 : number, maxWait: number == int.MaxValue ? 1 : number);
            Assert.That((await client.ListOffsetAsync("t", number, partition: number)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
            Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"), partition: number)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        }

        Assert.That((await client.ListOffsetAsync("t", long.MinValue)).ErrorCode, Is.EqualTo(ErrorCode.UnsupportedVersion));
        Assert.That((await client.ListOffsetAsync("t", long.MaxValue)).Offset, Is.EqualTo(-1));
        Assert.That((await client.FetchAsync("t", long.MaxValue)).ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
    }

    async Task IsWell()
    {
        if (kafka.Brokers[0].Connections >= 49) await Eventually.Is(() => kafka.Brokers[0].Connections < 49, "there is room");
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var stored = await client.ProduceAsync("t", TestRecords.Batch("well"));
        Assert.That(stored.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(TestRecords.Values((await client.FetchAsync("t", stored.BaseOffset)).Records), Is.EqualTo(new[] { "well" }));
    }

    static IEnumerable<(IRequest Request, short Version)> Templates() =>
    [
        (new ApiVersions.Request { ClientSoftwareName = "raw", ClientSoftwareVersion = "1" }, 4),
        (new Metadata.Request { Topics = [new() { Name = "t" }, new() { Name = "u" }], AllowAutoTopicCreation = false }, 1),
        (new Metadata.Request { Topics = [new() { Name = "t" }], AllowAutoTopicCreation = false }, 12),
        (RawClient.ProduceRequest("t", TestRecords.Batch("a", "b", "c")), 3),
        (RawClient.ProduceRequest("t", TestRecords.Sequenced(7, 0, 0, 3)), 9),
        (RawClient.ProduceRequest("t", TestRecords.Batch(["a"], 0, Samsa.Protocol.Compression.CompressionCodec.Gzip)), 0),
        (RawClient.ProduceRequest("t", TestRecords.Batch(["a"], 1, Samsa.Protocol.Compression.CompressionCodec.Snappy)), 2),
        (RawClient.ProduceRequest("t", TestRecords.Batch(["a"], 2, Samsa.Protocol.Compression.CompressionCodec.Gzip)), 9),
        (RawClient.FetchRequest("t", 0, maxWait: 1), 4),
        (RawClient.FetchRequest("t", 0, maxWait: 1) with { SessionEpoch = 0 }, 12),
        (new ListOffsets.Request { ReplicaId = -1, Topics = [new() { Name = "t", Partitions = [new() { Timestamp = 5 }] }] }, 7),
        (new InitProducerId.Request(), 4),
        (new FindCoordinator.Request { CoordinatorKeys = ["g"] }, 4),
    ];

    static byte[] Frame(IRequest request, short version)
    {
        var writer = new WireWriter();
        Framing.WriteRequest(writer, request, version, 1, "hostile");
        return writer.ToArray();
    }

    static byte[] Mutate(byte[] frame, Random random)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            // The length of the frame stays right, or the broker would only wait for more.
            var at = random.Next(4, frame.Length);
            switch (random.Next(4))
            {
                case 0:
                    frame[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    frame[at] = (byte)random.Next(256);
                    break;
                case 2 when frame.Length - at >= 4:
                    BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(at), random.GetItems([int.MinValue, -2, -1, 0, 1, 1000, int.MaxValue], 1)[0]);
                    break;
                default:
                    frame = frame[..Math.Max(12, at)];
                    BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
                    break;
            }
        }

        return frame;
    }
}
