using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Topics;

/// <summary>The cluster changes while a topic is read.</summary>
[TestFixture]
public sealed class SourceChangeTests
{
    static readonly KafkaOptions Quick = new()
    {
        Retry = new() { First = TimeSpan.FromMilliseconds(20), Most = TimeSpan.FromMilliseconds(200) },
        Reconnect = new() { First = TimeSpan.FromMilliseconds(20), Most = TimeSpan.FromMilliseconds(200) },
        MetadataMaxAge = TimeSpan.FromMilliseconds(200),
    };

    [Test]
    public async Task F032_Partitions_that_are_added_are_read_from_their_beginning()
    {
        await using var stage = await Stage.OpenAsync(partitions: 1, options: Quick);
        var seen = stage.Watch(new() { Start = StartFrom.End });
        await stage.Tells<PartitionsFound>(found => found.Partitions.SequenceEqual([0]));

        stage.Brokers.AddPartitions("t", 3);
        stage.Write(2, "new");
        stage.Write(1, "also new");
        await seen.Sees(2);

        Assert.That(seen.Sights, Is.EquivalentTo(new Sight[] { new(1, 0, "also new"), new(2, 0, "new") }));
    }

    [Test]
    public async Task F024_A_partition_keeps_its_place_when_its_leader_moves()
    {
        await using var stage = await Stage.OpenAsync(brokers: 3, partitions: 3);
        var seen = stage.Watch();
        for (var round = 0; round < 12; round++)
        {
            for (var partition = 0; partition < 3; partition++)
            {
                stage.WriteNumbers(partition, round * 20, 10);
                stage.Brokers.MoveLeader("t", partition, 1 + ((round + partition) % 3));
                stage.WriteNumbers(partition, round * 20 + 10, 10);
            }

            await seen.Sees((round + 1) * 60);
        }

        AssertNothingIsLostOrDoubled(seen, partitions: 3, each: 240);
        Assert.That(seen.HasEnded, Is.False);
    }

    [Test]
    public async Task F025_Nothing_is_lost_or_doubled_when_brokers_are_stopped_and_come_back_under_load()
    {
        await using var stage = await Stage.OpenAsync(brokers: 3, partitions: 6, options: Quick);
        var seen = stage.Watch();
        using var over = new CancellationTokenSource();
        var written = 0;
        var writing = Task.Run(async () =>
        {
            for (; !over.IsCancellationRequested; written += 10)
            {
                for (var partition = 0; partition < 6; partition++) stage.WriteNumbers(partition, written, 10);
                await Task.Delay(1);
            }
        });

        foreach (var broker in new[] { 2, 1, 3 })
        {
            var before = seen.Count;
            await seen.Sees(before + 500);
            await stage.Brokers.StopBrokerAsync(broker);
            await seen.Sees(seen.Count + 500);
            await stage.Brokers.StartBrokerAsync(broker);
        }

        await over.CancelAsync();
        await writing;
        await seen.Sees(written * 6);

        AssertNothingIsLostOrDoubled(seen, partitions: 6, each: written);
        Assert.That((seen.Error, seen.Broken), Is.EqualTo(((Exception?)null, (string?)null)));
    }

    [Test]
    public async Task F025_The_only_broker_may_go_away_and_come_back()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2, options: Quick);
        stage.WriteNumbers(0, 0, 50);
        var seen = stage.Watch();
        await seen.Sees(50);

        await stage.Brokers.StopBrokerAsync(1);
        stage.WriteNumbers(0, 50, 50);
        await stage.Tells<RequestRetried>(retried => retried.Api == "Fetch");
        await stage.Brokers.StartBrokerAsync(1);
        await seen.Sees(100);

        AssertNothingIsLostOrDoubled(seen, partitions: 1, each: 100);
    }

    [Test]
    public async Task F030_A_topic_that_is_deleted_ends_its_reading_after_it_stayed_away()
    {
        await using var stage = await Stage.OpenAsync(options: Quick);
        stage.Write(0, "a");
        var seen = stage.Watch(new() { DeletionTimeout = TimeSpan.FromMilliseconds(200) });
        await seen.Sees(1);

        stage.Brokers.DeleteTopic("t");
        await seen.Ends();

        Assert.That(seen.Error, Is.TypeOf<TopicNotFoundException>().With.Message.Contains("any more"));
        Assert.That(seen.Texts, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task F031_A_topic_that_is_created_again_is_read_by_the_reset_policy()
    {
        await using var stage = await Stage.OpenAsync(options: Quick);
        stage.WriteNumbers(0, 0, 40);
        var seen = stage.Watch();
        await seen.Sees(40);

        stage.Brokers.DeleteTopic("t");
        stage.Brokers.CreateTopic("t");
        stage.Write(0, "other");
        await seen.Sees(41);

        Assert.That(seen.Sights[^1], Is.EqualTo(new Sight(0, 0, "other")));
        await stage.Tells<OffsetReset>(reset => reset is { From: 40, To: 0 });
    }

    static void AssertNothingIsLostOrDoubled(Watcher seen, int partitions, int each)
    {
        Assert.Multiple(() =>
        {
            for (var partition = 0; partition < partitions; partition++)
                Assert.That(seen.Sights.Where(s => s.Partition == partition).Select(s => s.Text),
                    Is.EqualTo(Enumerable.Range(0, each).Select(n => $"{n}")), $"partition {partition}");
            Assert.That(seen.Count, Is.EqualTo(partitions * each));
            Assert.That(seen.Broken, Is.Null);
        });
    }
}
