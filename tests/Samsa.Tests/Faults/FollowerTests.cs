using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.Partitions;
using Samsa.Tests.Topics;
using static Samsa.Tests.Partitions.FetchStage;
using Eventually = Samsa.Tests.Embedded.Eventually;

namespace Samsa.Tests.Faults;

/// <summary>Reading from a follower that is nearer (KIP-392), and the way back to the leader.</summary>
[TestFixture]
public sealed class FollowerTests
{
    static readonly ConsumeOptions InTheSouth = new() { Rack = "south", MaxWait = TimeSpan.FromMilliseconds(100) };

    [Test]
    public async Task Records_are_read_from_the_follower_in_the_same_rack([Values(KafkaProfile.V3_9, KafkaProfile.V4_3)] KafkaProfile profile)
    {
        await using var stage = await OpenAsync(profile);
        stage.WriteNumbers(0, 0, 100);

        var seen = stage.Watch(InTheSouth);
        await seen.Sees(100);
        var atLeader = FetchesAt(stage, 1);
        stage.WriteNumbers(0, 100, 100);
        await seen.Sees(200);

        Assert.That((atLeader, FetchesAt(stage, 1), FetchesAt(stage, 3)), Is.EqualTo((1, 1, 0)), "the leader is asked once, the third never");
        AssertAll(seen, 200);
        stage.AssertNoPositionWasLost();
    }

    [Test]
    public async Task Who_is_in_no_rack_or_in_one_without_a_follower_reads_from_the_leader([Values(null, "north", "west")] string? rack)
    {
        await using var stage = await OpenAsync();
        stage.WriteNumbers(0, 0, 100);

        var seen = stage.Watch(InTheSouth with { Rack = rack });
        await seen.Sees(100);

        Assert.That((FetchesAt(stage, 2), FetchesAt(stage, 3)), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task F041_When_the_follower_dies_the_leader_is_read()
    {
        await using var stage = await OpenAsync();
        stage.WriteNumbers(0, 0, 100);
        var seen = stage.Watch(InTheSouth);
        await seen.Sees(100);

        await stage.Brokers.StopBrokerAsync(2);
        stage.WriteNumbers(0, 100, 100);
        await seen.Sees(200);

        AssertAll(seen, 200);
        stage.AssertNoPositionWasLost();
    }

    [TestCase(ErrorCode.OffsetOutOfRange)]
    [TestCase(ErrorCode.ReplicaNotAvailable)]
    [TestCase(ErrorCode.NotLeaderOrFollower)]
    [TestCase(ErrorCode.UnknownLeaderEpoch)]
    [TestCase(ErrorCode.KafkaStorageError)]
    public async Task F041_What_a_follower_refuses_is_asked_of_the_leader_and_nothing_is_reset(ErrorCode error)
    {
        await using var stage = await OpenAsync();
        stage.WriteNumbers(0, 0, 100);
        var seen = stage.Watch(InTheSouth);
        await seen.Sees(100);
        using var refusing = stage.Brokers.Faults.Each(ApiKey.Fetch).On(broker: 2).Answer(error);
        await refusing.FiredAsync();

        stage.WriteNumbers(0, 100, 100);
        await seen.Sees(200);

        Assert.That(refusing.Fired, Is.EqualTo(1), "it is left in peace for a while");
        AssertAll(seen, 200);
        stage.AssertNoPositionWasLost();
    }

    [Test]
    public async Task F041_A_follower_that_has_become_the_leader_is_read_on()
    {
        await using var stage = await OpenAsync();
        var seen = stage.Watch(InTheSouth);
        for (var round = 0; round < 6; round++)
        {
            stage.WriteNumbers(0, round * 20, 20);
            await seen.Sees(round * 20 + 20);
            stage.Brokers.MoveLeader("t", 0, 1 + (round + 1) % 3);
        }

        AssertAll(seen, 120);
        stage.AssertNoPositionWasLost();
    }

    [Test]
    public async Task F041_A_follower_is_not_read_from_for_ever_and_one_that_failed_comes_back_into_favour()
    {
        var clock = new TestClock();
        await using var stage = await FetchStage.OpenAsync(brokers: 2, prepare: (_, options) => options with { Clock = clock, MetadataMaxAge = TimeSpan.FromMinutes(5) });
        var fails = false;
        stage.OnFetch = (broker, request) =>
            broker == 1 && request.RackId == "south" ? Says(new Fetch.Response.PartitionData { PreferredReadReplica = 2 })
            : broker == 2 && fails ? Says(Error(ErrorCode.ReplicaNotAvailable))
            : Says();
        stage.Watch(InTheSouth);
        int At(int broker) => stage.Fetches.Count(fetch => fetch.Broker == broker);
        async Task<TimeSpan> UntilAskedAsync(int broker, TimeSpan step)
        {
            var (before, began) = (At(broker), clock.GetTimestamp());
            await clock.AdvanceUntilAsync(() => At(broker) > before, step);
            return TimeSpan.FromTicks(clock.GetTimestamp() - began);
        }

        await UntilAskedAsync(2, TimeSpan.FromMilliseconds(10));
        Assert.That(await UntilAskedAsync(1, TimeSpan.FromSeconds(1)), Is.InRange(TimeSpan.FromMinutes(4.8), TimeSpan.FromMinutes(5.5)));
        await UntilAskedAsync(2, TimeSpan.FromMilliseconds(10));

        fails = true;
        await UntilAskedAsync(1, TimeSpan.FromMilliseconds(10));
        Assert.That(stage.Fetches[^1].Request.RackId, Is.Empty, "the leader would name it again");
        fails = false;
        Assert.That(await UntilAskedAsync(2, TimeSpan.FromMilliseconds(200)), Is.InRange(TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(40)));
    }

    [Test]
    public async Task F041_A_follower_that_nobody_knows_is_not_waited_for()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, request) =>
            request.RackId == "south" ? Says(new Fetch.Response.PartitionData { PreferredReadReplica = 9 })
            : stage.Fetches.Count(fetch => fetch.Request.RackId.Length == 0) == 1 ? Says(Batch(0, 0, "from the leader"))
            : Says();

        var seen = stage.Watch(InTheSouth);
        await seen.Sees(1);

        Assert.That(seen.Texts, Is.EqualTo(new[] { "from the leader" }));
    }

    /// <summary>Broker 1 leads, in the north; broker 2 is in the south, broker 3 in the east.</summary>
    static async Task<Stage> OpenAsync(KafkaProfile profile = KafkaProfile.V4_3)
    {
        var stage = await Stage.OpenAsync(brokers: 3, profile: profile, embedded: new() { Racks = ["north", "south", "east"] });
        stage.Brokers.MoveLeader("t", 0, 1);
        return stage;
    }

    static int FetchesAt(Stage stage, int broker) => stage.Brokers.Requests.Count(request => request.Api == "Fetch" && request.Broker == broker);

    static void AssertAll(Watcher seen, int count) => Assert.That(seen.Texts, Is.EqualTo(Enumerable.Range(0, count).Select(n => $"{n}")));
}
