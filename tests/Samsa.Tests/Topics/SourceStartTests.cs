using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Topics;

[TestFixture]
public sealed class SourceStartTests
{
    static readonly ConsumeOptions UntilEnd = new() { UntilEnd = true };

    [Test]
    public async Task A_reader_without_options_begins_at_the_beginning_and_sees_what_comes_later()
    {
        await using var stage = await Stage.OpenAsync();
        stage.Write(0, "a", "b");

        var seen = stage.Watch();
        await seen.Sees(2);
        stage.Write(0, "c");
        await seen.Sees(3);

        Assert.That(seen.Sights, Is.EqualTo(new Sight[] { new(0, 0, "a"), new(0, 1, "b"), new(0, 2, "c") }));
        Assert.That((seen.HasEnded, seen.Broken), Is.EqualTo((false, (string?)null)));
    }

    [Test]
    public async Task Until_the_end_completes_where_the_partitions_ended_when_it_began()
    {
        await using var stage = await Stage.OpenAsync(partitions: 3);
        stage.WriteNumbers(0, 0, 100);
        stage.WriteNumbers(2, 100, 50);

        var seen = stage.Watch(UntilEnd);
        await seen.Ends();

        Assert.That(seen.HasCompleted, Is.True, $"{seen.Error}");
        Assert.That(seen.Sights.Where(s => s.Partition == 0).Select(s => s.Text), Is.EqualTo(Enumerable.Range(0, 100).Select(n => $"{n}")));
        Assert.That(seen.Sights.Where(s => s.Partition == 2).Select(s => s.Text), Is.EqualTo(Enumerable.Range(100, 50).Select(n => $"{n}")));
        Assert.That(seen.Count, Is.EqualTo(150));
    }

    [Test]
    public async Task Until_the_end_of_an_empty_topic_completes_at_once()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);

        var seen = stage.Watch(UntilEnd);
        await seen.Ends();

        Assert.That((seen.HasCompleted, seen.Count), Is.EqualTo((true, 0)));
    }

    [Test]
    public async Task Each_start_begins_where_it_says()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 100);
        var noon = DateTimeOffset.FromUnixTimeMilliseconds(TestRecords.Time);

        Assert.That(await First(stage, StartFrom.Beginning), Is.EqualTo(0));
        Assert.That(await First(stage, StartFrom.Last(7)), Is.EqualTo(93));
        Assert.That(await First(stage, StartFrom.Last(1000)), Is.EqualTo(0));
        Assert.That(await First(stage, StartFrom.Offset(55)), Is.EqualTo(55), "in the middle of a batch");
        Assert.That(await First(stage, StartFrom.Offsets(new Dictionary<int, long> { [0] = 42 })), Is.EqualTo(42));
        Assert.That(await First(stage, StartFrom.Offsets(new Dictionary<int, long> { [9] = 42 })), Is.EqualTo(0), "not named");
        // Each batch begins at the same time and goes on by a millisecond for each record.
        Assert.That(await First(stage, StartFrom.Time(noon.AddMilliseconds(5))), Is.EqualTo(5));
        Assert.That(await First(stage, StartFrom.Time(noon.AddYears(-1))), Is.EqualTo(0));
        Assert.That(await First(stage, StartFrom.End), Is.Null);
        Assert.That(await First(stage, StartFrom.Last(0)), Is.Null);
        Assert.That(await First(stage, StartFrom.Time(noon.AddDays(1))), Is.Null);
        Assert.That(await First(stage, StartFrom.Offset(100)), Is.Null);
    }

    [Test]
    public async Task From_the_end_sees_only_what_comes_after()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        stage.WriteNumbers(0, 0, 30);
        var seen = stage.Watch(new() { Start = StartFrom.End });
        // Until a fetch has been asked, nobody knows where the end was.
        await Eventually.Is(() => stage.Fetches > 0, "a fetch comes");

        stage.Write(0, "later");
        stage.Write(1, "there");
        await seen.Sees(2);

        Assert.That(seen.Texts, Is.EquivalentTo(new[] { "later", "there" }));
    }

    [Test]
    public async Task Chosen_partitions_are_read_and_no_others()
    {
        await using var stage = await Stage.OpenAsync(partitions: 4);
        for (var partition = 0; partition < 4; partition++) stage.Write(partition, $"p{partition}");

        var seen = stage.Watch(UntilEnd with { Partitions = [3, 1, 3] });
        await seen.Ends();

        Assert.That(seen.Texts, Is.EquivalentTo(new[] { "p1", "p3" }));
    }

    [Test]
    public async Task F029_A_topic_that_is_not_there_is_waited_for_and_not_created_and_nothing_of_it_is_missed()
    {
        await using var stage = await Stage.OpenAsync(partitions: 0);
        var seen = stage.Watch(new() { Start = StartFrom.End });
        await stage.Tells<TopicMissing>(missing => missing.Topic == "t");
        Assert.That(stage.Brokers.Topics, Is.Empty);

        stage.Brokers.CreateTopic("t", 2);
        stage.Write(1, "first of all");
        await seen.Sees(1);

        Assert.That(seen.Texts, Is.EqualTo(new[] { "first of all" }));
    }

    [Test]
    public async Task A_topic_that_is_not_there_is_an_error_when_nobody_wants_to_wait()
    {
        await using var stage = await Stage.OpenAsync(partitions: 0);

        var seen = stage.Watch(new() { TopicTimeout = TimeSpan.Zero });
        await seen.Ends();
        var later = stage.Watch(new() { TopicTimeout = TimeSpan.FromMilliseconds(300) });
        await later.Ends();

        Assert.That(seen.Error, Is.TypeOf<TopicNotFoundException>().With.Property("Topic").EqualTo("t"));
        Assert.That(later.Error, Is.TypeOf<TopicNotFoundException>().With.Message.Contains("There is no topic t"));
        Assert.That(stage.Brokers.Topics, Is.Empty);
    }

    [Test]
    public async Task A_chosen_partition_that_is_not_there_is_missed_as_a_topic_is()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);

        var impatient = stage.Watch(new() { Partitions = [0, 2], TopicTimeout = TimeSpan.Zero });
        await impatient.Ends();
        var patient = stage.Watch(new() { Partitions = [2] });
        stage.Brokers.AddPartitions("t", 3);
        stage.Write(2, "here");
        await patient.Sees(1);

        Assert.That(impatient.Error, Is.TypeOf<TopicNotFoundException>().With.Message.Contains("no partition 2"));
        Assert.That(patient.Texts, Is.EqualTo(new[] { "here" }));
    }

    [Test]
    public async Task Offsets_of_a_topic_are_told_without_reading_it()
    {
        await using var stage = await Stage.OpenAsync(brokers: 2, partitions: 3);
        stage.WriteNumbers(1, 0, 25);

        Assert.That(await stage.Topic.OffsetsAsync(), Is.EqualTo(new PartitionOffsets[] { new(0, 0, 0), new(1, 0, 25), new(2, 0, 0) }));
        Assert.That(stage.Fetches, Is.Zero);
        Assert.That(async () => await stage.Kafka.Topics["nobody"].OffsetsAsync(), Throws.TypeOf<TopicNotFoundException>());
        Assert.That(stage.Brokers.Topics, Is.EqualTo(new[] { "t" }));
    }

    /// <summary>The offset of the first record that is seen up to the end.</summary>
    static async Task<long?> First(Stage stage, StartFrom start)
    {
        var seen = stage.Watch(UntilEnd with { Start = start });
        await seen.Ends();
        Assert.That(seen.Error, Is.Null);
        Assert.That(seen.Sights.Select(s => s.Offset), Is.EqualTo(Enumerable.Range((int)(100 - seen.Count), seen.Count)), "everything up to the end");
        return seen.Count == 0 ? null : seen.Sights[0].Offset;
    }
}
