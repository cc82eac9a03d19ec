using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

public class FetchTests
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    EmbeddedKafka kafka = null!;
    RawClient client = null!;
    RawClient other = null!;

    [SetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync(brokers: 2);
        kafka.CreateTopic("t", partitions: 1);
        kafka.MoveLeader("t", 0, 1);
        client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        other = await RawClient.ConnectAsync(kafka.Brokers[0]);
    }

    [TearDown]
    public async Task Stop()
    {
        client.Dispose();
        other.Dispose();
        await kafka.DisposeAsync();
    }

    [Test]
    public async Task A_fetch_begins_with_the_batch_that_holds_the_offset()
    {
        await client.ProduceAsync("t", TestRecords.Batch("a", "b"));
        await client.ProduceAsync("t", TestRecords.Batch("c", "d"));
        Assert.That(TestRecords.Values((await client.FetchAsync("t", 1)).Records), Is.EqualTo(new[] { "a", "b", "c", "d" }));
        Assert.That(TestRecords.Values((await client.FetchAsync("t", 2)).Records), Is.EqualTo(new[] { "c", "d" }));
        Assert.That(TestRecords.Values((await client.FetchAsync("t", 3)).Records), Is.EqualTo(new[] { "c", "d" }));
        Assert.That((await client.FetchAsync("t", 4)).Records!.Value.Length, Is.Zero);
    }

    [Test]
    public async Task Every_offset_is_found_among_many_batches()
    {
        for (var i = 0; i < 400; i++) await client.ProduceAsync("t", TestRecords.Batch($"{3 * i}", $"{3 * i + 1}", new string('x', 40)));
        for (var offset = 0; offset < 1200; offset += 7)
        {
            var first = TestRecords.Read((await client.FetchAsync("t", offset, maxBytes: 500)).Records)[0];
            Assert.That(first.Offset, Is.EqualTo(offset / 3 * 3));
        }
    }

    [Test]
    public async Task Offsets_outside_the_log_are_out_of_range()
    {
        await client.ProduceAsync("t", TestRecords.Batch("a"));
        Assert.That((await client.FetchAsync("t", 2)).ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
        Assert.That((await client.FetchAsync("t", -1)).ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
        Assert.That((await client.FetchAsync("nowhere", 0)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        Assert.That((await client.FetchAsync("t", 0, partition: 1)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
    }

    [Test]
    public async Task A_batch_that_does_not_fit_comes_whole_and_a_second_one_cut()
    {
        var batch = TestRecords.Batch(new string('x', 1000));
        await client.ProduceAsync("t", batch);
        await client.ProduceAsync("t", batch);
        Assert.That((await client.FetchAsync("t", 0, maxBytes: 10)).Records!.Value.Length, Is.EqualTo(batch.Length));
        Assert.That((await client.FetchAsync("t", 0, maxBytes: batch.Length + 10)).Records!.Value.Length, Is.EqualTo(batch.Length + 10));
    }

    [Test]
    public async Task Only_the_first_partition_with_records_may_go_over_the_limit()
    {
        kafka.CreateTopic("many", partitions: 3, settings: new() { ReplicationFactor = 1 });
        for (var partition = 0; partition < 3; partition++) kafka.MoveLeader("many", partition, 1);
        var batch = TestRecords.Batch(new string('x', 1000));
        foreach (var partition in new[] { 1, 2 }) await client.ProduceAsync("many", batch, partition);
        var answer = await client.AskAsync(new Fetch.Request
        {
            MaxBytes = 50,
            Topics = [new() { Topic = "many", Partitions = [.. Enumerable.Range(0, 3).Select(i => new Fetch.Request.FetchPartition { Partition = i, PartitionMaxBytes = 1000 })] }],
        }, 12);
        Assert.That(answer.Responses[0].Partitions.Select(one => one.Records!.Value.Length), Is.EqualTo(new[] { 0, batch.Length, 0 }));
    }

    [TestCase((short)4)]
    [TestCase((short)12)]
    public async Task A_partition_that_is_asked_for_a_thousand_times_is_read_once_from_where_the_last_says(short version)
    {
        await client.ProduceAsync("t", TestRecords.Batch("a"));
        await client.ProduceAsync("t", TestRecords.Batch("b"));
        var request = RawClient.FetchRequest("t", 0);
        var one = request.Topics[0].Partitions[0];
        request = request with { Topics = [request.Topics[0] with { Partitions = [.. Enumerable.Repeat(one, 1000), one with { FetchOffset = 1 }] }] };

        var answer = await client.AskAsync(request, version);

        var read = answer.Responses.SelectMany(topic => topic.Partitions).Single();
        Assert.That(TestRecords.Values(read.Records), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public async Task A_fetch_waits_until_something_is_appended()
    {
        var id = await client.SendAsync(RawClient.FetchRequest("t", 0, maxWait: 60_000), 12);
        await other.ProduceAsync("t", TestRecords.Batch("a"));
        var answer = await client.ReadAsync<Fetch.Response>(Fetch.Api, 12, id).WaitAsync(Soon);
        Assert.That(TestRecords.Values(answer.Responses[0].Partitions[0].Records), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task A_fetch_waits_for_as_many_bytes_as_it_wants()
    {
        var batch = TestRecords.Batch(new string('x', 100));
        var id = await client.SendAsync(RawClient.FetchRequest("t", 0, maxWait: 60_000, minBytes: 3 * batch.Length), 12);
        for (var i = 0; i < 3; i++) await other.ProduceAsync("t", batch);
        var answer = await client.ReadAsync<Fetch.Response>(Fetch.Api, 12, id).WaitAsync(Soon);
        Assert.That(answer.Responses[0].Partitions[0].Records!.Value.Length, Is.EqualTo(3 * batch.Length));
    }

    [Test]
    public async Task A_fetch_that_waited_long_enough_comes_back_with_what_there_is()
    {
        await client.ProduceAsync("t", TestRecords.Batch("a"));
        var answer = await client.FetchAsync("t", 0, maxWait: 50, minBytes: 1 << 20);
        Assert.That(TestRecords.Values(answer.Records), Is.EqualTo(new[] { "a" }));
        Assert.That((await client.FetchAsync("t", 1, maxWait: 50)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Time_is_the_clock_of_the_options()
    {
        var clock = new HandClock();
        await using var timeless = await EmbeddedKafka.StartAsync(options: new() { Clock = clock });
        timeless.CreateTopic("t");
        using var waiting = await RawClient.ConnectAsync(timeless.Brokers[0]);
        var id = await waiting.SendAsync(RawClient.FetchRequest("t", 0, maxWait: 1000), 12);
        await Eventually.Is(() => clock.Timers == 1, "the fetch is held open");
        clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.That(clock.Timers, Is.EqualTo(1));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await waiting.ReadAsync<Fetch.Response>(Fetch.Api, 12, id).WaitAsync(Soon);
    }

    [Test]
    public async Task Errors_end_the_waiting_at_once()
    {
        var waiting = new Func<Task>[]
        {
            () => { kafka.MoveLeader("t", 0, 2); return Task.CompletedTask; },
            () => { kafka.MoveLeader("t", 0, 1); kafka.DeleteTopic("t"); return Task.CompletedTask; },
        };
        var errors = new List<ErrorCode>();
        foreach (var happening in waiting)
        {
            kafka.MoveLeader("t", 0, 1);
            var id = await client.SendAsync(RawClient.FetchRequest("t", 0, maxWait: 60_000), 12);
            await Eventually.Is(() => kafka.Requests.Count(request => request.Api == "Fetch") == errors.Count + 1, "the fetch was read");
            await happening();
            var answer = await client.ReadAsync<Fetch.Response>(Fetch.Api, 12, id).WaitAsync(Soon);
            errors.Add(answer.Responses[0].Partitions[0].ErrorCode);
        }

        Assert.That(errors, Is.EqualTo(new[] { ErrorCode.NotLeaderOrFollower, ErrorCode.UnknownTopicOrPartition }));
    }

    [Test]
    public async Task A_reader_that_knows_another_leader_is_told_so()
    {
        var epoch = (await client.AskAsync(new Metadata.Request { Topics = [new() { Name = "t" }] }, 7)).Topics[0].Partitions[0].LeaderEpoch;
        await client.ProduceAsync("t", TestRecords.Batch("a"));
        kafka.MoveLeader("t", 0, 2);
        kafka.MoveLeader("t", 0, 1);
        Assert.That((await client.FetchAsync("t", 0, epoch: epoch)).ErrorCode, Is.EqualTo(ErrorCode.FencedLeaderEpoch));
        Assert.That((await client.FetchAsync("t", 0, epoch: epoch + 2)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await client.FetchAsync("t", 0, epoch: epoch + 3)).ErrorCode, Is.EqualTo(ErrorCode.UnknownLeaderEpoch));
    }

    [Test]
    public async Task A_reader_whose_last_epoch_ended_before_its_offset_is_shown_where_the_logs_part()
    {
        await client.ProduceAsync("t", TestRecords.Batch("a", "b"));                      // epoch 1 or 0: the leader was moved to broker 1
        var epoch = kafka.Log("t", 0).Batches.Select(batch => Samsa.Protocol.Records.RecordBatchHeader.Parse(batch.Span).LeaderEpoch).Single();
        kafka.MoveLeader("t", 0, 2);
        kafka.MoveLeader("t", 0, 1);
        await client.ProduceAsync("t", TestRecords.Batch("c"));
        var request = RawClient.FetchRequest("t", 3) with
        {
            Topics = [new() { Topic = "t", Partitions = [new() { FetchOffset = 3, LastFetchedEpoch = epoch, PartitionMaxBytes = 1000 }] }],
        };
        var data = (await client.AskAsync(request, 12)).Responses[0].Partitions[0];
        Assert.That((data.DivergingEpoch.Epoch, data.DivergingEpoch.EndOffset), Is.EqualTo((epoch, 2L)));
        Assert.That(data.Records!.Value.Length, Is.Zero);
    }

    [Test]
    public async Task From_version_13_topics_are_named_by_their_ids()
    {
        await client.ProduceAsync("t", TestRecords.Batch("a"));
        var id = (await client.AskAsync(new Metadata.Request { Topics = [new() { Name = "t" }] }, 12)).Topics[0].TopicId;
        Assert.That(await Fetch13(id), Is.EqualTo((ErrorCode.None, 1)));
        Assert.That(await Fetch13(Guid.NewGuid()), Is.EqualTo((ErrorCode.UnknownTopicId, 0)));
        kafka.DeleteTopic("t");
        kafka.CreateTopic("t");
        Assert.That(await Fetch13(id), Is.EqualTo((ErrorCode.UnknownTopicId, 0)), "another topic of the same name");
    }

    async Task<(ErrorCode, int)> Fetch13(Guid id)
    {
        var request = new Fetch.Request { MaxBytes = 1000, Topics = [new() { TopicId = id, Partitions = [new() { PartitionMaxBytes = 1000 }] }] };
        var topic = (await client.AskAsync(request, 13)).Responses[0];
        Assert.That(topic.TopicId, Is.EqualTo(id));
        return (topic.Partitions[0].ErrorCode, TestRecords.Read(topic.Partitions[0].Records).Count);
    }
}
