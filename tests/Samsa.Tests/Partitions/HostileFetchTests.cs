using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Samsa.Tests.Topics;
using Samsa.Wire;
using static Samsa.Tests.Partitions.FetchStage;

namespace Samsa.Tests.Partitions;

/// <summary>Brokers that answer fetches as no broker should, or as brokers do in bad moments.</summary>
[TestFixture]
public sealed class HostileFetchTests
{
    [Test]
    public async Task I034_What_was_not_asked_for_or_comes_twice_is_not_taken()
    {
        await using var stage = await FetchStage.OpenAsync(partitions: 2);
        stage.OnFetch = (_, request) => Says(
            Batch(7, 0, "not asked"),
            Batch(0, PositionOf(request, 0), "a"),
            Batch(0, PositionOf(request, 0), "again"),
            Batch(0, PositionOf(request, 0) + 1, "and again"));

        var seen = stage.Watch(new() { Partitions = [0] });
        await seen.Sees(3);

        Assert.That(seen.Sights.Take(3), Is.EqualTo(new Sight[] { new(0, 0, "a"), new(0, 1, "a"), new(0, 2, "a") }));
    }

    [Test]
    public async Task I042_A_broker_that_sends_only_what_was_read_already_is_given_up()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, _) => Says(Batch(0, 0, "a"));

        var seen = stage.Watch();
        await seen.Ends();

        Assert.That(seen.Texts, Is.EqualTo(new[] { "a" }));
        Assert.That(seen.Error, Is.TypeOf<KafkaException>().With.Message.Contains("before offset 1 of t 0"));
        Assert.That(stage.Fetches, Has.Count.LessThan(15), "no hot loop");
    }

    [Test]
    public async Task A_broker_that_says_nothing_at_once_is_not_asked_as_fast_as_it_answers()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, _) => Says();

        stage.Watch();
        await Task.Delay(1000);

        // The longest back-off of the stage is 20 ms.
        Assert.That(stage.Fetches, Has.Count.InRange(5, 80));
    }

    [TestCase(ErrorCode.FetchSessionIdNotFound)]
    [TestCase(ErrorCode.InvalidFetchSessionEpoch)]
    [TestCase(ErrorCode.FetchSessionTopicIdError)]
    public async Task I060_A_session_that_is_lost_is_begun_anew_without_loss_or_doubling(ErrorCode error)
    {
        await using var stage = await FetchStage.OpenAsync(partitions: 2);
        var answered = 0;
        stage.OnFetch = (_, request) => ++answered switch
        {
            1 => Says(Batch(0, 0, "0"), Batch(1, 0, "1")),
            2 => Says(Batch(0, 1, "2")),
            3 => new Fetch.Response { ErrorCode = error, SessionId = 5 },
            4 => Says(Batch(0, 2, "3"), Batch(1, 1, "4")),
            _ => null,
        };

        var seen = stage.Watch();
        await seen.Sees(5);
        await Eventually.Is(() => stage.Fetches.Count == 5, "the next question comes");

        var asked = stage.Fetches.Select(f => (f.Request.SessionEpoch, string.Join(' ', f.Request.Topics.SelectMany(t => t.Partitions)
            .OrderBy(p => p.Partition).Select(p => $"{p.Partition}@{p.FetchOffset}")))).ToList();
        Assert.That(asked, Is.EqualTo(new[] { (0, "0@0 1@0"), (1, "0@1 1@1"), (2, "0@2"), (0, "0@2 1@1"), (1, "0@3 1@2") }));
        Assert.That(stage.Fetches[3].Request.SessionId, Is.EqualTo(error == ErrorCode.FetchSessionIdNotFound ? 0 : 5),
            "a session that is there is closed by the new one");
        Assert.That(seen.Texts, Is.EquivalentTo(new[] { "0", "1", "2", "3", "4" }));
    }

    [Test]
    public async Task A_broker_without_a_place_for_a_session_is_asked_for_everything_each_time()
    {
        await using var stage = await FetchStage.OpenAsync(partitions: 2);
        stage.OnFetch = (_, request) => stage.Fetches.Count < 4
            ? Says(Batch(0, PositionOf(request, 0), "a")) with { SessionId = 0 }
            : null;

        stage.Watch();
        await Eventually.Is(() => stage.Fetches.Count == 4, "four questions come");

        Assert.That(stage.Fetches.Select(f => (f.Request.SessionId, f.Request.SessionEpoch, f.Request.Topics[0].Partitions.Count)),
            Is.All.EqualTo((0, 0, 2)));
    }

    [Test]
    public async Task A_leader_that_is_named_in_passing_is_asked_without_looking_at_the_cluster_again()
    {
        await using var stage = await FetchStage.OpenAsync(brokers: 2);
        // The cluster does not say it yet, the broker does.
        stage.OnFetch = (broker, request) => broker == 1
            ? Says(new Fetch.Response.PartitionData { ErrorCode = ErrorCode.NotLeaderOrFollower, CurrentLeader = new() { LeaderId = 2, LeaderEpoch = 2 } })
            : PositionOf(request, 0) == 0 ? Says(Batch(0, 0, "from 2")) : null;

        var seen = stage.Watch();
        await seen.Sees(1);

        Assert.That(seen.Texts, Is.EqualTo(new[] { "from 2" }));
        Assert.That(stage.Fetches.Count(f => f.Broker == 1), Is.EqualTo(1));
        Assert.That(stage.Fetches.First(f => f.Broker == 2).Request.Topics[0].Partitions[0].CurrentLeaderEpoch, Is.EqualTo(2));
    }

    [TestCase(ErrorCode.NotLeaderOrFollower)]
    [TestCase(ErrorCode.FencedLeaderEpoch)]
    [TestCase(ErrorCode.LeaderNotAvailable)]
    [TestCase(ErrorCode.ReplicaNotAvailable)]
    [TestCase(ErrorCode.UnknownTopicOrPartition)]
    [TestCase(ErrorCode.UnknownTopicId)]
    [TestCase(ErrorCode.KafkaStorageError)]
    [TestCase(ErrorCode.UnknownLeaderEpoch)]
    [TestCase(ErrorCode.OffsetNotAvailable)]
    public async Task F079_A_broker_that_cannot_answer_now_is_asked_again_and_not_in_haste(ErrorCode error)
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, _) => stage.Fetches.Count switch
        {
            < 15 => Says(Error(error)),
            15 => Says(Batch(0, 0, "at last")),
            _ => null,
        };

        var watch = System.Diagnostics.Stopwatch.StartNew();
        var seen = stage.Watch();
        await seen.Sees(1);

        Assert.That(seen.Error, Is.Null);
        Assert.That(seen.Texts, Is.EqualTo(new[] { "at last" }));
        Assert.That(watch.Elapsed, Is.GreaterThan(TimeSpan.FromMilliseconds(100)), "fifteen times with a back-off of up to 20 ms");
        await stage.Events.Has<RequestRetried>(retried => retried.Error is BrokerException broker && broker.Error == error);
    }

    [TestCase(ErrorCode.TopicAuthorizationFailed)]
    [TestCase((ErrorCode)999)]
    [TestCase(ErrorCode.UnknownServerError)]
    [TestCase(ErrorCode.CorruptMessage)]
    public async Task I019_An_error_that_does_not_go_away_ends_the_reading(ErrorCode error)
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, _) => Says(Error(error));

        var seen = stage.Watch();
        await seen.Ends();

        Assert.That(seen.Error, Is.TypeOf<BrokerException>().With.Property("Error").EqualTo(error));
        Assert.That(stage.Fetches, Has.Count.LessThan(15));
    }

    [Test]
    public async Task F083_An_answer_that_comes_after_the_leader_moved_does_not_count()
    {
        await using var stage = await FetchStage.OpenAsync(brokers: 2, partitions: 2);
        using var late = new ManualResetEventSlim();
        var moved = false;
        stage.OnFetch = (broker, request) =>
        {
            if (broker == 1)
            {
                late.Wait();
                return Says(Batch(0, 0, "late"), Batch(1, 0, "late"));
            }

            if (PositionOf(request, 0) == 0) return Says(Batch(0, 0, "a", "b"), Batch(1, 0, "c"));
            return moved ? null : Says();
        };
        var seen = stage.Watch();
        await Eventually.Is(() => stage.Fetches.Count == 1, "the old leader is asked");
        stage.Lead((2, 2), (2, 2));
        // Somebody else has the view renewed.
        await stage.Kafka.Topics["t"].OffsetsAsync();
        await seen.Sees(3);
        moved = true;
        late.Set();
        await Task.Delay(200);

        Assert.That(seen.Sights, Is.EquivalentTo(new Sight[] { new(0, 0, "a"), new(0, 1, "b"), new(1, 0, "c") }));
    }

    [TestCase(ResetPolicy.Nearest)]
    [TestCase(ResetPolicy.Fail)]
    public async Task A_log_that_was_cut_below_what_was_read_is_noticed(ResetPolicy policy)
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, request) => PositionOf(request, 0) switch
        {
            10 => Says(Batch(0, 10, "a", "b", "c", "d", "e")),
            15 => Says(new Fetch.Response.PartitionData { DivergingEpoch = new() { Epoch = 0, EndOffset = 12 } }),
            12 => Says(Batch(0, 12, "other")),
            _ => null,
        };

        var seen = stage.Watch(new() { Start = StartFrom.Offset(10), OnOutOfRange = policy });
        await seen.Sees(6);

        if (policy == ResetPolicy.Fail)
        {
            Assert.That(seen.Error, Is.TypeOf<OffsetOutOfRangeException>().With.Message.Contains("cut at offset 12"));
            return;
        }

        Assert.That(seen.Sights[^1], Is.EqualTo(new Sight(0, 12, "other")));
        await stage.Events.Has<LogTruncated>(cut => cut is { Topic: "t", Partition: 0, From: 15, To: 12 });
    }

    [Test]
    public async Task An_offset_that_is_there_is_not_given_up_because_a_broker_says_so_once()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, _) => stage.Fetches.Count switch
        {
            1 => Says(Error(ErrorCode.OffsetOutOfRange)),
            2 => Says(Batch(0, 500, "there")),
            _ => null,
        };

        var seen = stage.Watch(new() { Start = StartFrom.Offset(500) });
        await seen.Sees(1);

        Assert.That(seen.Sights, Is.EqualTo(new[] { new Sight(0, 500, "there") }));
    }

    [Test]
    public async Task An_offset_that_is_there_and_never_given_ends_the_reading()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, _) => Says(Error(ErrorCode.OffsetOutOfRange));

        var seen = stage.Watch(new() { Start = StartFrom.Offset(500) });
        await seen.Ends();

        Assert.That(seen.Error, Is.TypeOf<OffsetOutOfRangeException>().With.Property("Offset").EqualTo(500));
    }

    [Test]
    public async Task I023_A_broker_whose_answers_cannot_be_read_is_given_up_after_some_tries()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, _) => new Noise();

        var seen = stage.Watch();
        await seen.Ends();

        Assert.That(seen.Error, Is.TypeOf<KafkaException>().With.Message.Contains("Broker 1 gives answers that cannot be read").And.Message.Contains("Fetch"));
        Assert.That(stage.Fetches, Has.Count.EqualTo(5));
    }

    [Test]
    public async Task I057_Offsets_below_zero_are_never_gone_to()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OffsetOf = _ => -5;

        var seen = stage.Watch();
        await seen.Ends();

        Assert.That(seen.Error, Is.TypeOf<BrokerException>());
        Assert.That(stage.Fetches, Is.Empty);
    }

    [Test]
    public async Task A_batch_that_starts_before_the_asked_offset_gives_only_what_was_asked()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, request) => PositionOf(request, 0) == 3 ? Says(Batch(0, 0, "0", "1", "2", "3", "4")) : null;

        var seen = stage.Watch(new() { Start = StartFrom.Offset(3) });
        await seen.Sees(2);

        Assert.That(seen.Texts, Is.EqualTo(new[] { "3", "4" }));
    }

    /// <summary>What the request asks of a partition, or of what the session remembers: then the position is not in it and this is -1.</summary>
    static long PositionOf(Fetch.Request request, int partition) =>
        request.Topics.SelectMany(topic => topic.Partitions).FirstOrDefault(p => p.Partition == partition)?.FetchOffset ?? -1;

    sealed class Noise : IMessage
    {
        public void Write(WireWriter writer, short version)
        {
            for (var i = 0; i < 10; i++) writer.WriteInt32(-123456789);
        }
    }
}
