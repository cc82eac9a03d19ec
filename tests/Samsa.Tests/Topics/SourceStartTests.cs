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
}
