using System.Net;
using System.Net.Sockets;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Samsa.Tests.Partitions;
using Samsa.Tests.Topics;
using static Samsa.Tests.Partitions.FetchStage;

namespace Samsa.Tests.Faults;

/// <summary>A position is asked about at each new leader before it is read on (KIP-320), and what can go wrong meanwhile.</summary>
/// <remarks>
/// In most of them broker 1 gave the records 0 and 1 of its epoch 1, holds the answer behind them, and broker 2 leads then in epoch 2.
/// </remarks>
[TestFixture]
public sealed class ValidationTests
{
    [Test]
    public async Task B07_An_answer_of_the_old_leader_that_comes_in_the_middle_of_a_validation_does_not_count()
    {
        using var late = new ManualResetEventSlim();
        using var asked = new ManualResetEventSlim();
        await using var stage = await OpenAsync(late);
        stage.EndOf = (_, question) =>
        {
            asked.Wait();
            return new() { LeaderEpoch = question.LeaderEpoch, EndOffset = 2 };
        };
        var seen = await ReadAndMoveAsync(stage);
        await Eventually.Is(() => stage.Checks.Count == 1, "the new leader is asked");

        late.Set();
        await Task.Delay(200);
        Assert.That(seen.Count, Is.EqualTo(2), "nothing is delivered of a log that may not be the one that was read");
        asked.Set();
        await seen.Sees(3);

        Assert.That(seen.Sights, Is.EqualTo(new Sight[] { new(0, 0, "a"), new(0, 1, "b"), new(0, 2, "from 2") }));
        Assert.That(stage.Checks.Select(check => (check.Broker, check.Asked.LeaderEpoch, check.Asked.CurrentLeaderEpoch)), Is.EqualTo(new[] { (2, 1, 2) }));
        AssertNoReset(stage);
    }

    [Test]
    public async Task B07_Each_new_leader_is_asked_once()
    {
        await using var stage = await FetchStage.OpenAsync(brokers: 2);
        var (leader, epoch, written) = (1, 1, 1);
        stage.OnFetch = (broker, request) =>
            broker == leader && PositionOf(request) is >= 0 and var at && at < written ? Says(Batch(0, at, epoch, $"{at}")) : Says();
        var seen = stage.Watch();
        await seen.Sees(1);

        for (var move = 1; move <= 5; move++)
        {
            (leader, epoch) = (1 + move % 2, 1 + move);
            stage.Lead((leader, epoch));
            await stage.Kafka.Readers.Watch.RefreshAsync("test");
            written++;
            await seen.Sees(written);
        }

        Assert.That(seen.Texts, Is.EqualTo(Enumerable.Range(0, 6).Select(n => $"{n}")));
        Assert.That(stage.Checks.Select(check => (check.Asked.LeaderEpoch, check.Asked.CurrentLeaderEpoch)),
            Is.EqualTo(Enumerable.Range(1, 5).Select(move => (move, move + 1))));
        AssertNoReset(stage);
    }

    [TestCase(ErrorCode.UnknownLeaderEpoch)]
    [TestCase(ErrorCode.NotLeaderOrFollower)]
    [TestCase(ErrorCode.FencedLeaderEpoch)]
    [TestCase(ErrorCode.OffsetNotAvailable)]
    [TestCase(ErrorCode.UnknownTopicOrPartition)]
    public async Task B07_A_leader_that_cannot_say_yet_is_asked_again_and_nothing_is_reset(ErrorCode error)
    {
        await using var stage = await OpenAsync(null);
        stage.EndOf = (_, question) => stage.Checks.Count <= 5 ? new() { ErrorCode = error } : new() { LeaderEpoch = question.LeaderEpoch, EndOffset = 2 };

        var seen = await ReadAndMoveAsync(stage);
        await seen.Sees(3);

        Assert.That(seen.Texts[^1], Is.EqualTo("from 2"));
        Assert.That(stage.Checks, Has.Count.EqualTo(6));
        AssertNoReset(stage);
        await stage.Events.Has<RequestRetried>(retried => retried is { Api: "OffsetForLeaderEpoch", Error: BrokerException broker } && broker.Error == error);
    }

    [Test]
    public async Task B07_A_name_that_is_not_resolved_during_a_validation_resets_nothing()
    {
        var resolves = false;
        await using var stage = await OpenAsync(null, (stage, options) =>
        {
            stage.Cluster.Named = [.. stage.Cluster.Named.Select(broker => broker with { Host = $"broker-{broker.NodeId}.test" })];
            return options with
            {
                Resolve = (host, _) => host == "broker-2.test" && !Volatile.Read(ref resolves)
                    ? throw new SocketException((int)SocketError.HostNotFound)
                    : Task.FromResult(new[] { IPAddress.Loopback }),
            };
        });

        var seen = await ReadAndMoveAsync(stage);
        await Eventually.Is(() => stage.Events.All<BrokerUnreachable>().Count > 3, "it is tried again and again");
        Assert.That((seen.Count, stage.Checks.Count), Is.EqualTo((2, 0)));
        Volatile.Write(ref resolves, true);
        await seen.Sees(3);

        Assert.That(seen.Texts, Is.EqualTo(new[] { "a", "b", "from 2" }));
        AssertNoReset(stage);
    }

    [TestCase(ResetPolicy.Nearest)]
    [TestCase(ResetPolicy.Earliest)]
    [TestCase(ResetPolicy.Latest)]
    public async Task F040_A_log_that_was_cut_is_read_on_from_where_it_parts_from_what_was_read(ResetPolicy policy)
    {
        await using var stage = await OpenAsync(null);
        stage.EndOf = (_, question) => new() { LeaderEpoch = question.LeaderEpoch, EndOffset = 1 };

        var seen = await ReadAndMoveAsync(stage, policy);
        await seen.Sees(3);

        Assert.That(seen.Sights, Is.EqualTo(new Sight[] { new(0, 0, "a"), new(0, 1, "b"), new(0, 1, "from 2") }));
        await stage.Events.Has<LogTruncated>(cut => cut is { Topic: "t", Partition: 0, From: 2, To: 1 });
        Assert.That(stage.Events.All<OffsetReset>(), Is.Empty);
    }

    [Test]
    public async Task F040_A_log_that_was_cut_ends_the_reading_where_the_policy_is_to_fail()
    {
        await using var stage = await OpenAsync(null);
        stage.EndOf = (_, question) => new() { LeaderEpoch = question.LeaderEpoch, EndOffset = 1 };

        var seen = await ReadAndMoveAsync(stage, ResetPolicy.Fail);
        await seen.Ends();

        Assert.That(seen.Texts, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(seen.Error, Is.TypeOf<OffsetOutOfRangeException>().With.Property("Offset").EqualTo(2).And.Message.Contains("cut at offset 1"));
    }

    [TestCase(ResetPolicy.Nearest, 2)]
    [TestCase(ResetPolicy.Earliest, 0)]
    [TestCase(ResetPolicy.Latest, 1000)]
    public async Task F040_A_log_that_knows_nothing_of_what_was_read_is_read_by_the_policy(ResetPolicy policy, int to)
    {
        await using var stage = await OpenAsync(null);
        stage.EndOf = (_, _) => new();

        var seen = await ReadAndMoveAsync(stage, policy);
        await seen.Sees(3);

        Assert.That(seen.Sights[^1], Is.EqualTo(new Sight(0, to, "from 2")));
        await stage.Events.Has<OffsetReset>(reset => reset.From == 2 && reset.To == to && reset.Why.Contains("leader epoch 1", StringComparison.Ordinal));
    }

    [Test]
    public async Task F070_An_offset_that_is_out_of_range_is_validated_before_the_policy_is_asked()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, request) => PositionOf(request) switch
        {
            0 => Says(Batch(0, 0, 1, "a", "b", "c")),
            3 => Says(Error(ErrorCode.OffsetOutOfRange)),
            2 => Says(Batch(0, 2, 2, "other")),
            _ => Says(),
        };
        stage.EndOf = (_, question) => new() { LeaderEpoch = question.LeaderEpoch, EndOffset = 2 };

        var seen = stage.Watch(new() { OnOutOfRange = ResetPolicy.Latest });
        await seen.Sees(4);

        Assert.That(seen.Sights[^1], Is.EqualTo(new Sight(0, 2, "other")), "where the log was cut, not its end");
        await stage.Events.Has<LogTruncated>(cut => cut is { From: 3, To: 2 });
    }

    [Test]
    public async Task F072_Out_of_range_is_ignored_when_it_answers_a_fetch_from_before_the_leader_moved()
    {
        using var late = new ManualResetEventSlim();
        await using var stage = await OpenAsync(late, behind: Error(ErrorCode.OffsetOutOfRange));

        var seen = await ReadAndMoveAsync(stage);
        await seen.Sees(3);
        late.Set();
        await Task.Delay(200);

        Assert.That(seen.Texts, Is.EqualTo(new[] { "a", "b", "from 2" }));
        AssertNoReset(stage);
    }

    [Test]
    public async Task F083_What_was_asked_before_the_leader_moved_does_not_count_when_it_comes()
    {
        using var late = new ManualResetEventSlim();
        await using var stage = await OpenAsync(late);

        var seen = await ReadAndMoveAsync(stage);
        await seen.Sees(3);
        late.Set();
        await Task.Delay(200);

        Assert.That(seen.Texts, Is.EqualTo(new[] { "a", "b", "from 2" }));
    }

    static Task<FetchStage> OpenAsync(ManualResetEventSlim? late, Func<FetchStage, KafkaOptions, KafkaOptions>? prepare = null,
        Fetch.Response.PartitionData? behind = null) =>
        FetchStage.OpenAsync(brokers: 2, prepare: (stage, options) =>
        {
            stage.OnFetch = (broker, request) =>
            {
                var at = PositionOf(request);
                if (broker == 1 && at == 0) return Says(Batch(0, 0, 1, "a", "b"));
                if (broker == 1 && late is null) return null;
                if (broker == 1)
                {
                    late!.Wait(TimeSpan.FromSeconds(20));
                    return Says(behind ?? Batch(0, 2, 1, "late"));
                }

                return at >= 0 && stage.Fetches.Count(fetch => fetch.Broker == 2) == 1 ? Says(Batch(0, at, 2, "from 2")) : Says();
            };
            return prepare?.Invoke(stage, options) ?? options;
        });

    static async Task<Watcher> ReadAndMoveAsync(FetchStage stage, ResetPolicy policy = ResetPolicy.Nearest)
    {
        var seen = new Watcher();
        stage.Kafka.Topics["t"].AsObservable(new() { OnOutOfRange = policy }).Subscribe(seen);
        await seen.Sees(2);
        await Eventually.Is(() => stage.Fetches.Count(fetch => fetch.Broker == 1) == 2, "what comes next is asked of the old leader");
        stage.Lead((2, 2));
        await stage.Kafka.Readers.Watch.RefreshAsync("test");
        return seen;
    }

    static void AssertNoReset(FetchStage stage) =>
        Assert.That(stage.Events.All<KafkaEvent>().Where(told => told is OffsetReset or LogTruncated), Is.Empty);

    /// <summary>What the request asks of the partition; -1 when it is not in it.</summary>
    static long PositionOf(Fetch.Request request) =>
        request.Topics.SelectMany(topic => topic.Partitions).FirstOrDefault()?.FetchOffset ?? -1;
}
