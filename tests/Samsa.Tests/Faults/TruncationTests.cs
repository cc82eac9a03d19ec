using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Rx;
using Samsa.Tests.Topics;

namespace Samsa.Tests.Faults;

/// <summary>Unclean elections: the log is shorter, and other records come to have the offsets of those that were read.</summary>
[TestFixture]
public sealed class TruncationTests
{
    /// <summary>How a reader can come to know: the fetch tells it, a question tells it, or only the offset that is not there.</summary>
    public enum Way
    {
        Fetch,
        Question,
        OutOfRange,
    }

    [Test]
    public async Task F040_After_an_unclean_election_reading_goes_on_where_the_logs_part(
        [Values(KafkaProfile.V3_9, KafkaProfile.V4_3)] KafkaProfile profile, [Values(Way.Fetch, Way.Question)] Way way)
    {
        await using var stage = await OpenAsync(profile, way);
        stage.WriteNumbers(0, 0, 20);
        var seen = stage.Watch();
        await seen.Sees(20);

        stage.Brokers.Truncate("t", 0, toOffset: 10, leader: 2);
        stage.WriteNumbers(0, 100, 20);
        await seen.Sees(40);

        Assert.That(seen.Sights.Skip(20).Select(s => (s.Offset, s.Text)), Is.EqualTo(Enumerable.Range(0, 20).Select(n => (10L + n, $"{100 + n}"))));
        await stage.Tells<LogTruncated>(cut => cut is { Topic: "t", Partition: 0, From: 20, To: 10 });
        Assert.That(stage.Events.OfType<LogTruncated>().Count(), Is.EqualTo(1));
        Assert.That(stage.Events.OfType<OffsetReset>(), Is.Empty);
    }

    [Test]
    public async Task F040_An_unclean_election_ends_the_reading_where_the_policy_is_to_fail([Values(Way.Fetch, Way.Question, Way.OutOfRange)] Way way)
    {
        await using var stage = await OpenAsync(KafkaProfile.V4_3, way);
        stage.WriteNumbers(0, 0, 20);
        var seen = stage.Watch(new() { OnOutOfRange = ResetPolicy.Fail });
        await seen.Sees(20);

        stage.Brokers.Truncate("t", 0, toOffset: 10, leader: 2);
        await seen.Ends();

        Assert.That(seen.Count, Is.EqualTo(20));
        Assert.That(seen.Error, Is.TypeOf<OffsetOutOfRangeException>().With.Property("Offset").EqualTo(20));
    }

    [Test]
    public async Task F040_Several_leaders_may_have_written_what_is_lost()
    {
        await using var stage = await OpenAsync(KafkaProfile.V4_3, Way.Question);
        var seen = stage.Watch();
        for (var leader = 1; leader <= 3; leader++)
        {
            stage.Brokers.MoveLeader("t", 0, leader);
            stage.WriteNumbers(0, 10 * (leader - 1), 10, perBatch: 5);
            await seen.Sees(10 * leader);
        }

        stage.Brokers.Truncate("t", 0, toOffset: 5, leader: 1);
        stage.WriteNumbers(0, 100, 5);
        await seen.Sees(35);

        Assert.That(seen.Sights.Skip(30).Select(s => (s.Offset, s.Text)), Is.EqualTo(Enumerable.Range(0, 5).Select(n => (5L + n, $"{100 + n}"))));
        await stage.Tells<LogTruncated>(cut => cut is { From: 30, To: 5 });
    }

    [Test]
    public async Task F040_A_log_that_was_cut_while_nobody_read_it_is_noticed_though_it_is_longer_again()
    {
        await using var stage = await OpenAsync(KafkaProfile.V4_3, Way.Question);
        stage.WriteNumbers(0, 0, 20);
        using var open = new ManualResetEventSlim();
        var seen = stage.Watch(new Watcher { Doing = r => { if (r.Offset == 19) open.Wait(); } });
        await seen.Sees(20);
        using var silent = stage.Brokers.Faults.Each(ApiKey.Fetch).Hold();

        stage.Brokers.Truncate("t", 0, toOffset: 10, leader: 2);
        stage.WriteNumbers(0, 100, 50);
        silent.Release();
        open.Set();
        await seen.Sees(70);

        Assert.That(seen.Sights.Skip(20).Select(s => s.Offset), Is.EqualTo(Enumerable.Range(10, 50)));
        await stage.Tells<LogTruncated>(cut => cut is { From: 20, To: 10 });
    }

    [Test]
    public async Task F070_Without_epochs_an_offset_behind_the_end_is_gone_on_with_by_the_policy(
        [Values(ResetPolicy.Nearest, ResetPolicy.Earliest, ResetPolicy.Latest)] ResetPolicy policy)
    {
        await using var stage = await OpenAsync(KafkaProfile.V1_1, Way.OutOfRange);
        stage.WriteNumbers(0, 0, 20);
        var seen = stage.Watch(new() { OnOutOfRange = policy });
        await seen.Sees(20);
        var to = policy == ResetPolicy.Earliest ? 0 : 10;

        stage.Brokers.Truncate("t", 0, toOffset: 10, leader: 2);
        await stage.Tells<OffsetReset>(reset => reset is { From: 20 } && reset.To == to);
        stage.Write(0, "new");
        await seen.Sees(31 - to);

        Assert.That(seen.Sights.Skip(20).Select(s => s.Offset), Is.EqualTo(Enumerable.Range(to, 11 - to)));
    }

    static async Task<Stage> OpenAsync(KafkaProfile profile, Way way)
    {
        var stage = await Stage.OpenAsync(brokers: 3, profile: profile, prepare: brokers =>
        {
            foreach (var broker in brokers.Brokers)
            {
                if (way != Way.Fetch && profile != KafkaProfile.V1_1) broker.Speak(ApiKey.Fetch, 4, 11);
                if (way == Way.OutOfRange && profile != KafkaProfile.V1_1) broker.Speak(ApiKey.OffsetForLeaderEpoch, 0, 1);
            }
        });
        stage.Brokers.MoveLeader("t", 0, 1);
        return stage;
    }
}
