using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

/// <summary>Sessions (KIP-227): what is read is told once; answers hold what changed.</summary>
public class FetchSessionTests
{
    EmbeddedKafka kafka = null!;
    RawClient client = null!;

    [SetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t", partitions: 3);
        client = await RawClient.ConnectAsync(kafka.Brokers[0]);
    }

    [TearDown]
    public async Task Stop()
    {
        client.Dispose();
        await kafka.DisposeAsync();
    }

    [Test]
    public async Task The_first_answer_has_all_partitions_and_the_next_ones_what_changed()
    {
        var first = await FetchAsync(0, 0, [(0, 0), (1, 0), (2, 0)]);
        Assert.That(first.SessionId, Is.Positive);
        Assert.That(Partitions(first), Is.EqualTo(new[] { 0, 1, 2 }));

        var quiet = await FetchAsync(first.SessionId, 1);
        Assert.That((quiet.ErrorCode, quiet.SessionId), Is.EqualTo((ErrorCode.None, first.SessionId)));
        Assert.That(Partitions(quiet), Is.Empty);

        await client.ProduceAsync("t", TestRecords.Batch("a"), partition: 1);
        var some = await FetchAsync(first.SessionId, 2);
        Assert.That(Partitions(some), Is.EqualTo(new[] { 1 }));
        Assert.That(TestRecords.Values(some.Responses[0].Partitions[0].Records), Is.EqualTo(new[] { "a" }));

        Assert.That(Partitions(await FetchAsync(first.SessionId, 3, [(1, 1)])), Is.Empty, "it went on from offset 1");
    }

    [Test]
    public async Task Partitions_can_be_added_and_forgotten()
    {
        var session = (await FetchAsync(0, 0, [(0, 0)])).SessionId;
        Assert.That(Partitions(await FetchAsync(session, 1, [(2, 0)])), Is.EqualTo(new[] { 2 }));
        foreach (var partition in new[] { 0, 2 }) await client.ProduceAsync("t", TestRecords.Batch("a"), partition);
        Assert.That(Partitions(await FetchAsync(session, 2, forgotten: [0])), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public async Task Whoever_gave_records_waits_until_the_others_had_their_turn()
    {
        for (var partition = 0; partition < 3; partition++) await client.ProduceAsync("t", TestRecords.Batch("a"), partition);
        var session = (await FetchAsync(0, 0, [(0, 0), (1, 0), (2, 0)], maxBytes: 1)).SessionId;
        var order = new List<int>();
        for (var epoch = 1; epoch < 5; epoch++)
        {
            var answer = await FetchAsync(session, epoch, maxBytes: 1);
            order.Add(answer.Responses[0].Partitions.Single(one => one.Records!.Value.Length > 0).PartitionIndex);
        }

        Assert.That(order, Is.EqualTo(new[] { 0, 1, 2, 0 }));
    }

    [Test]
    public async Task A_session_nobody_knows_and_a_step_that_was_not_next_are_refused()
    {
        var session = (await FetchAsync(0, 0, [(0, 0)])).SessionId;
        Assert.That((await FetchAsync(session + 1, 1)).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionIdNotFound));
        Assert.That((await FetchAsync(session, 2)).ErrorCode, Is.EqualTo(ErrorCode.InvalidFetchSessionEpoch));
        Assert.That((await FetchAsync(session, 1)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await FetchAsync(session, 1)).ErrorCode, Is.EqualTo(ErrorCode.InvalidFetchSessionEpoch), "the same step again");
    }

    [Test]
    public async Task A_session_belongs_to_names_or_to_ids()
    {
        var session = (await FetchAsync(0, 0, [(0, 0)])).SessionId;
        var request = new Fetch.Request { SessionId = session, SessionEpoch = 1 };
        Assert.That((await client.AskAsync(request, 13)).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionTopicIdError));
    }

    [Test]
    public async Task A_session_ends_when_it_is_told_to_and_when_nothing_is_left_in_it()
    {
        var first = (await FetchAsync(0, 0, [(0, 0)])).SessionId;
        Assert.That((await FetchAsync(first, -1, [(0, 0)])).SessionId, Is.Zero);
        Assert.That((await FetchAsync(first, 1)).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionIdNotFound));

        var second = (await FetchAsync(0, 0, [(0, 0)])).SessionId;
        Assert.That((await FetchAsync(second, 1, forgotten: [0])).SessionId, Is.Zero);
        Assert.That((await FetchAsync(second, 2)).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionIdNotFound));

        var third = (await FetchAsync(0, 0, [(0, 0)])).SessionId;
        Assert.That((await FetchAsync(third, 0, [(0, 0)])).SessionId, Is.GreaterThan(third), "a new one in its place");
        Assert.That((await FetchAsync(third, 1)).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionIdNotFound));
    }

    [Test]
    public async Task Without_a_session_every_answer_has_all_partitions()
    {
        Assert.That(Partitions(await FetchAsync(0, -1, [(0, 0), (1, 0)])), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(Partitions(await FetchAsync(0, -1, [(0, 0), (1, 0)])), Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public async Task Whoever_wants_to_have_too_much_remembered_goes_on_without_a_session()
    {
        var many = Enumerable.Range(0, 150_000).Select(i => (i, 0L)).ToArray();
        var first = await FetchAsync(0, 0, many);
        Assert.That(first.SessionId, Is.Positive);
        Assert.That((await FetchAsync(0, 0, many)).SessionId, Is.Zero);
        Assert.That((await FetchAsync(first.SessionId, 1, many)).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionIdNotFound));
        Assert.That((await FetchAsync(0, 0, many)).SessionId, Is.Positive, "there is room again");
    }

    [Test]
    public async Task An_error_is_told_as_long_as_it_lasts_and_its_end_too()
    {
        var session = (await FetchAsync(0, 0, [(0, 0)])).SessionId;
        await FetchAsync(session, 1, [(0, 5)]);
        var still = await FetchAsync(session, 2);
        Assert.That(still.Responses[0].Partitions[0].ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
        var over = await FetchAsync(session, 3, [(0, 0)]);
        Assert.That(over.Responses[0].Partitions[0].ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(Partitions(await FetchAsync(session, 4)), Is.Empty);
    }

    [Test]
    public async Task A_broker_that_starts_again_knows_no_sessions()
    {
        var session = (await FetchAsync(0, 0, [(0, 0)])).SessionId;
        await kafka.StopBrokerAsync(1);
        await kafka.StartBrokerAsync(1);
        using var again = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var answer = await again.AskAsync(new Fetch.Request { SessionId = session, SessionEpoch = 1 }, 12);
        Assert.That(answer.ErrorCode, Is.EqualTo(ErrorCode.FetchSessionIdNotFound));
    }

    Task<Fetch.Response> FetchAsync(
        int session, int epoch, (int Partition, long Offset)[]? wanted = null, int[]? forgotten = null, int maxBytes = 1 << 20) =>
        client.AskAsync(new Fetch.Request
        {
            SessionId = session,
            SessionEpoch = epoch,
            MaxBytes = maxBytes,
            MinBytes = 0,
            Topics = wanted is null ? [] : [new()
            {
                Topic = "t",
                Partitions = [.. wanted.Select(one => new Fetch.Request.FetchPartition { Partition = one.Partition, FetchOffset = one.Offset, PartitionMaxBytes = 1 << 20 })],
            }],
            ForgottenTopicsData = forgotten is null ? [] : [new() { Topic = "t", Partitions = forgotten }],
        }, 12);

    static int[] Partitions(Fetch.Response answer) =>
        [.. answer.Responses.SelectMany(topic => topic.Partitions).Select(one => one.PartitionIndex)];
}
