using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.Producing;
using Samsa.Tests.Topics;
using Eventually = Samsa.Tests.Embedded.Eventually;

namespace Samsa.Tests.Faults;

/// <summary>Leaders that move and die, with both sides of the library at work: what is published is read once and in order.</summary>
[TestFixture]
public sealed class LeaderFaultTests
{
    static readonly BackOff Quick = new() { First = TimeSpan.FromMilliseconds(20), Most = TimeSpan.FromMilliseconds(200) };
    static readonly KafkaOptions Patient = new() { Retry = Quick, Reconnect = Quick };

    [Test]
    public async Task F024_An_old_leader_that_says_so_costs_nothing_but_a_look_at_the_cluster()
    {
        await using var stage = await Stage.OpenAsync(brokers: 3, partitions: 3);
        var seen = stage.Watch();
        using var refusing = stage.Brokers.Faults.Next(ApiKey.Produce, times: 5).Answer(ErrorCode.NotLeaderOrFollower);

        await StoryAsync(stage, seen, 3, 3000, async step =>
        {
            for (var partition = 0; partition < 3; partition++) stage.Brokers.MoveLeader("t", partition, 1 + (step + partition) % 3);
            await Task.Delay(20);
        });

        Assert.That(refusing.Fired, Is.EqualTo(5));
    }

    [Test]
    public async Task F025_A_leader_that_is_killed_is_replaced()
    {
        await using var stage = await Stage.OpenAsync(brokers: 3, partitions: 3, options: Patient);
        var seen = stage.Watch();

        await StoryAsync(stage, seen, 3, 3000, async step =>
        {
            await stage.Brokers.StopBrokerAsync(1 + step % 3);
            await Task.Delay(50);
            await stage.Brokers.StartBrokerAsync(1 + step % 3);
        });
    }

    [Test]
    public async Task F026_An_election_of_thirty_seconds_is_waited_for()
    {
        var clock = new TestClock();
        await using var stage = await Stage.OpenAsync(brokers: 2, settings: new() { ReplicationFactor = 1 },
            options: new() { Clock = clock, Produce = new() { DeliveryTimeout = TimeSpan.FromMinutes(2) } });
        var seen = stage.Watch();
        await Timely(clock, stage.Topic.PublishAsync("before"));
        var leader = stage.Brokers.LeaderOf("t", 0);
        await stage.Brokers.StopBrokerAsync(leader);
        var began = clock.GetTimestamp();

        var published = stage.Topic.PublishAsync("meanwhile");
        await clock.AdvanceUntilAsync(() => clock.GetTimestamp() - began > 30 * TimeSpan.TicksPerSecond, TimeSpan.FromMilliseconds(100));
        var questions = stage.Brokers.Requests.Count(request => request.Api == "Metadata");
        Assert.That(published.IsCompleted, Is.False);
        await stage.Brokers.StartBrokerAsync(leader);
        await Timely(clock, published);
        await clock.AdvanceUntilAsync(() => seen.Count == 2, TimeSpan.FromMilliseconds(100));

        Assert.That(seen.Texts, Is.EqualTo(new[] { "before", "meanwhile" }));
        Assert.That(questions, Is.LessThan(60), "once a second, when nothing changes");
        stage.AssertNoPositionWasLost();
    }

    [Test]
    public async Task F027_What_a_lagging_broker_says_of_leaders_is_ignored()
    {
        await using var stage = await Stage.OpenAsync(brokers: 2);
        stage.Brokers.MoveLeader("t", 0, 1);
        await stage.Topic.PublishAsync("a");
        var old = stage.Kafka.Readers.Watch.Current.Find("t", 0)!;
        stage.Brokers.MoveLeader("t", 0, 2);
        await stage.Topic.PublishAsync("b");
        Assert.That(stage.Kafka.Readers.Watch.Current.Find("t", 0)!.Leader, Is.EqualTo(2));

        using var lagging = stage.Brokers.Faults.Each(ApiKey.Metadata).Change<Metadata.Response>(answer => With(answer,
            partition => partition with { LeaderId = old.Leader, LeaderEpoch = old.LeaderEpoch }));
        await stage.Kafka.Readers.Watch.RefreshAsync("test");
        var produces = stage.Brokers.Produces();
        await stage.Topic.PublishAsync("c");

        Assert.That(lagging.Fired, Is.Positive);
        Assert.That(stage.Kafka.Readers.Watch.Current.Find("t", 0)!.Leader, Is.EqualTo(2));
        Assert.That(stage.Brokers.Produces() - produces, Is.EqualTo(1), "sent to who leads, and nowhere else");
    }

    [Test]
    public async Task F037_All_brokers_may_be_restarted_in_turn()
    {
        await using var stage = await Stage.OpenAsync(brokers: 3, partitions: 6, options: Patient);
        var seen = stage.Watch();

        await StoryAsync(stage, seen, 6, 6000, async step =>
        {
            if (step >= 3) return;
            await stage.Brokers.StopBrokerAsync(step + 1);
            await Task.Delay(100);
            await stage.Brokers.StartBrokerAsync(step + 1);
            var written = seen.Count;
            await Eventually.Is(() => seen.Count > written + 300, "all goes on after a restart");
        });
    }

    [Test]
    public async Task F038_Brokers_may_be_upgraded_and_downgraded_while_they_are_used()
    {
        var log = new RefusalLog();
        await using var stage = await Stage.OpenAsync(brokers: 3, partitions: 3, profile: KafkaProfile.V3_9, options: Patient, embedded: new() { Logger = log });
        var seen = stage.Watch();

        await StoryAsync(stage, seen, 3, 9000, async step =>
        {
            if (step >= 6) return;
            var broker = 1 + step % 3;
            await stage.Brokers.StopBrokerAsync(broker);
            var isOld = step < 3;
            var speaker = stage.Brokers.Brokers[broker - 1];
            speaker.Speak(ApiKey.Produce, 3, isOld ? (short)5 : (short)11);
            speaker.Speak(ApiKey.Fetch, 4, isOld ? (short)10 : (short)17);
            speaker.Speak(ApiKey.Metadata, 4, isOld ? (short)7 : (short)12);
            speaker.Speak(ApiKey.ListOffsets, 1, isOld ? (short)2 : (short)9);
            speaker.Speak(ApiKey.OffsetForLeaderEpoch, 0, isOld ? (short)1 : (short)4);
            speaker.Speak(ApiKey.InitProducerId, 0, isOld ? (short)0 : (short)5);
            await stage.Brokers.StartBrokerAsync(broker);
            var written = seen.Count;
            await Eventually.Is(() => seen.Count > written + 300, "all goes on after a restart");
        });

        var versions = stage.Brokers.Requests.Where(request => request.Api == "Produce").Select(request => request.Version).ToHashSet();
        Assert.That(versions, Does.Contain((short)5).And.Contain((short)11));
        Assert.That(log.Refused, Is.Empty, "nobody was asked in a version that it does not speak");
    }

    /// <summary>
    /// Publishes numbers to all partitions, and lets something happen ten times meanwhile. Each is acknowledged, and read once in the
    /// order of its partition.
    /// </summary>
    static async Task StoryAsync(Stage stage, Watcher seen, int partitions, int records, Func<int, Task> happen)
    {
        var sink = stage.Topic.AsObserver();
        var over = false;
        var happening = Task.Run(async () =>
        {
            for (var step = 0; step < 10; step++) await happen(step);
            Volatile.Write(ref over, true);
        });
        // At least so many, and until all has happened.
        var written = 0;
        for (; written < records || !Volatile.Read(ref over); written++)
        {
            sink.OnNext(new ProducerRecord($"{written}") { Partition = written % partitions });
            if (written % 30 == 0) await Task.Delay(1);
            Assert.That(written, Is.LessThan(2_000_000));
        }

        await happening;
        sink.OnCompleted();
        Assert.That(await sink.Completion.WaitAsync(TimeSpan.FromMinutes(1)), Is.EqualTo(new DeliveryCounts(written, 0, 0)));
        await seen.Sees(written);
        for (var partition = 0; partition < partitions; partition++)
            Assert.That(seen.Sights.Where(s => s.Partition == partition).Select(s => int.Parse(s.Text!, null)),
                Is.EqualTo(Enumerable.Range(0, written).Where(n => n % partitions == partition)), $"partition {partition}");
        Assert.That((seen.Count, seen.Error, seen.Broken), Is.EqualTo((written, (Exception?)null, (string?)null)));
        stage.AssertNoPositionWasLost();
    }

    static Metadata.Response With(
        Metadata.Response answer, Func<Metadata.Response.MetadataResponsePartition, Metadata.Response.MetadataResponsePartition> change) => answer with
        {
            Topics = [.. answer.Topics.Select(topic => topic with { Partitions = [.. topic.Partitions.Select(change)] })],
        };

    static async Task Timely(TestClock clock, Task task)
    {
        await clock.AdvanceUntilAsync(() => task.IsCompleted, TimeSpan.FromMilliseconds(100));
        await task;
    }
}
