using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

/// <summary>What can happen to a log and to brokers beyond what their own clients do.</summary>
public class DisasterTests
{
    EmbeddedKafka kafka = null!;
    RawClient client = null!;

    [SetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync(2, new() { Profile = KafkaProfile.V3_9 });
        kafka.CreateTopic("t", settings: new() { ReplicationFactor = 2 });
        kafka.MoveLeader("t", 0, 1);
        client = await RawClient.ConnectAsync(kafka.Brokers[0]);
    }

    [TearDown]
    public async Task Stop()
    {
        client.Dispose();
        await kafka.DisposeAsync();
    }

    [Test]
    public async Task An_unclean_election_loses_the_end_of_the_log_and_begins_a_new_epoch_there()
    {
        foreach (var value in new[] { "a", "b", "c", "d" }) await client.ProduceAsync("t", TestRecords.Batch(value));
        var before = (await client.FetchAsync("t", 0)).Records;
        var epoch = await EpochAsync();
        kafka.Truncate("t", 0, toOffset: 2, leader: 2);
        Assert.That((kafka.LeaderOf("t", 0), await EpochAsync()), Is.EqualTo((2, epoch + 1)));
        using var second = await RawClient.ConnectAsync(kafka.Brokers[1]);
        Assert.That((await second.FetchAsync("t", 3)).ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
        Assert.That((await second.ProduceAsync("t", TestRecords.Batch("x"))).BaseOffset, Is.EqualTo(2));
        Assert.That(TestRecords.Values((await second.FetchAsync("t", 0)).Records), Is.EqualTo(new[] { "a", "b", "x" }));
        Assert.That(TestRecords.Values(before), Is.EqualTo(new[] { "a", "b", "c", "d" }), "what was read before does not change");

        var last = RawClient.FetchRequest("t", 4);
        var asked = last with { Topics = [last.Topics[0] with { Partitions = [last.Topics[0].Partitions[0] with { LastFetchedEpoch = epoch }] }] };
        // A reader that has offset 3 of the old leader hears where their ways part, not that its offset is wrong.
        asked = asked with { Topics = [asked.Topics[0] with { Partitions = [asked.Topics[0].Partitions[0] with { FetchOffset = 3 }] }] };
        var diverged = (await second.AskAsync(asked, 12)).Responses[0].Partitions[0];
        Assert.That((diverged.ErrorCode, diverged.DivergingEpoch.Epoch, diverged.DivergingEpoch.EndOffset), Is.EqualTo((ErrorCode.None, epoch, 2L)));
        Assert.That(diverged.Records?.Length ?? 0, Is.Zero);
    }

    [Test]
    public async Task A_truncated_log_remembers_of_producers_what_is_left_of_them()
    {
        await client.ProduceAsync("t", TestRecords.Sequenced(7, 0, 0));
        await client.ProduceAsync("t", TestRecords.Sequenced(7, 0, 1));
        kafka.Truncate("t", 0, toOffset: 1);
        Assert.That((await client.ProduceAsync("t", TestRecords.Sequenced(7, 0, 2))).ErrorCode, Is.EqualTo(ErrorCode.OutOfOrderSequence));
        Assert.That((await client.ProduceAsync("t", TestRecords.Sequenced(7, 0, 1))).BaseOffset, Is.EqualTo(1));
    }

    [Test]
    public async Task A_batch_that_reaches_behind_the_cut_is_lost_as_a_whole_and_offsets_go_on_at_the_cut()
    {
        await client.ProduceAsync("t", TestRecords.Batch("a"));
        await client.ProduceAsync("t", TestRecords.Batch("b", "c", "d"));
        kafka.Truncate("t", 0, toOffset: 3);
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("e"))).BaseOffset, Is.EqualTo(3));
        Assert.That(TestRecords.Read((await client.FetchAsync("t", 0)).Records), Is.EqualTo(new[] { (0L, "a"), (3L, "e") }));
        Assert.That(TestRecords.Read((await client.FetchAsync("t", 1)).Records), Is.EqualTo(new[] { (3L, "e") }));
        kafka.Truncate("t", 0, toOffset: 0);
        Assert.That((kafka.Log("t", 0).EndOffset, kafka.Log("t", 0).SizeInBytes), Is.EqualTo((0, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => kafka.Truncate("t", 0, toOffset: 1));
    }

    [Test]
    public async Task A_log_of_many_segments_is_cut_at_any_offset()
    {
        var value = new string('x', 30_000);
        for (var i = 0; i < 400; i++) await client.ProduceAsync("t", TestRecords.Batch(value));
        foreach (var cut in new long[] { 399, 300, 150, 3 })
        {
            kafka.Truncate("t", 0, cut);
            var held = kafka.Log("t", 0);
            Assert.That(held.EndOffset, Is.EqualTo(cut));
            Assert.That(held.Batches, Has.Count.EqualTo(cut));
            Assert.That(held.SizeInBytes, Is.EqualTo(held.Batches.Sum(one => (long)one.Length)));
        }

        for (var i = 3; i < 300; i++) await client.ProduceAsync("t", TestRecords.Batch(value));
        Assert.That((await client.FetchAsync("t", 299)).Records!.Value.Length, Is.GreaterThan(30_000));
    }

    [Test]
    public async Task Records_are_deleted_from_the_start_on()
    {
        await client.ProduceAsync("t", TestRecords.Batch("a", "b"));
        await client.ProduceAsync("t", TestRecords.Batch("c"));
        kafka.DeleteRecords("t", 0, beforeOffset: 1);
        Assert.That((await client.FetchAsync("t", 0)).ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
        Assert.That((await client.ListOffsetAsync("t", -2)).Offset, Is.EqualTo(1));
        Assert.That((await client.ListOffsetAsync("t", TestRecords.Time)).Offset, Is.EqualTo(1), "not the deleted one");
        Assert.That((await client.FetchAsync("t", 1)).LogStartOffset, Is.EqualTo(1));
        kafka.DeleteRecords("t", 0, beforeOffset: 0);
        Assert.That(kafka.Log("t", 0).StartOffset, Is.EqualTo(1), "what is gone stays gone");
        kafka.DeleteRecords("t", 0, beforeOffset: 3);
        var emptied = kafka.Log("t", 0);
        Assert.That((emptied.StartOffset, emptied.EndOffset, emptied.SizeInBytes), Is.EqualTo((3, 3, 0)));
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("d"))).BaseOffset, Is.EqualTo(3));
        Assert.That((await client.ListOffsetAsync("t", -2)).Offset, Is.EqualTo(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => kafka.DeleteRecords("t", 0, beforeOffset: 5));
    }

    [Test]
    public async Task A_fetch_that_waits_hears_of_the_cut()
    {
        await client.ProduceAsync("t", TestRecords.Batch("a", "b"));
        var waiting = client.FetchAsync("t", 2, maxWait: 60_000);
        await Eventually.Is(() => kafka.Requests.Any(one => one.Api == "Fetch"), "it asked");
        kafka.Truncate("t", 0, toOffset: 0);
        Assert.That((await waiting).ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
    }

    [Test]
    public async Task A_broker_comes_back_on_another_port()
    {
        var before = kafka.Brokers[1].Port;
        await kafka.StopBrokerAsync(2);
        await kafka.StartBrokerAsync(2, port: 0);
        Assert.That(kafka.Brokers[1].Port, Is.Not.EqualTo(before));
        var brokers = (await client.AskAsync(new Metadata.Request { Topics = [] }, 12)).Brokers;
        Assert.That(brokers.Single(one => one.NodeId == 2).Port, Is.EqualTo(kafka.Brokers[1].Port));
        using var second = await RawClient.ConnectAsync(kafka.Brokers[1]);
        await second.AskAsync(new ApiVersions.Request(), 0);
    }

    [Test]
    public async Task A_broker_comes_back_at_the_address_of_another()
    {
        var (one, two) = (kafka.Brokers[0].Port, kafka.Brokers[1].Port);
        await kafka.StopBrokerAsync(1);
        await kafka.StopBrokerAsync(2);
        await kafka.StartBrokerAsync(1, two);
        await kafka.StartBrokerAsync(2, one);
        Assert.That((kafka.Brokers[0].Port, kafka.Brokers[1].Port), Is.EqualTo((two, one)));
        await kafka.StopBrokerAsync(1);
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => kafka.StartBrokerAsync(1, one), "somebody listens there");
    }

    [Test]
    public async Task A_broker_can_speak_other_versions_than_the_rest()
    {
        kafka.Brokers[0].Speak(ApiKey.Produce, 3, 7);
        var told = await client.AskAsync(new ApiVersions.Request(), 0);
        var produce = told.ApiKeys.Single(one => one.ApiKey == (short)ApiKey.Produce);
        Assert.That((produce.MinVersion, produce.MaxVersion), Is.EqualTo(((short)3, (short)7)));
        await client.ProduceAsync("t", TestRecords.Batch("a"), version: 7);
        await client.SendAsync(RawClient.ProduceRequest("t", TestRecords.Batch("a")), 8);
        Assert.That(await client.IsClosedAsync());
        using var second = await RawClient.ConnectAsync(kafka.Brokers[1]);
        Assert.That((await second.ProduceAsync("t", TestRecords.Batch("a"), version: 9)).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        Assert.Throws<ArgumentException>(() => kafka.Brokers[0].Speak(ApiKey.JoinGroup, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => kafka.Brokers[0].Speak(ApiKey.Produce, 0, 99));
    }

    [Test]
    public async Task A_broker_can_close_its_connections_and_goes_on_listening()
    {
        await client.AskAsync(new ApiVersions.Request(), 0);
        kafka.Brokers[0].CloseConnections();
        Assert.That(await client.IsClosedAsync());
        using var again = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await again.AskAsync(new ApiVersions.Request(), 0);
    }

    async Task<int> EpochAsync() => (await (await RawClient.ConnectAsync(kafka.Brokers[0]))
        .AskAsync(new Metadata.Request { Topics = [new() { Name = "t" }] }, 12)).Topics[0].Partitions[0].LeaderEpoch;
}
