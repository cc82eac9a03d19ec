namespace Samsa.Tests.Topics;

[TestFixture]
public sealed class TopicCollectionTests
{
    [Test]
    public async Task A_topic_is_the_same_object_for_the_same_name_and_is_not_created_by_asking()
    {
        await using var stage = await Stage.OpenAsync(partitions: 0);

        var topic = stage.Kafka.Topics["trams"];

        Assert.That(stage.Kafka.Topics["trams"], Is.SameAs(topic));
        Assert.That(stage.Kafka.Topics["Trams"], Is.Not.SameAs(topic));
        Assert.That(topic.Name, Is.EqualTo("trams"));
        Assert.That(stage.Brokers.Topics, Is.Empty);
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("a b")]
    [TestCase("a/b")]
    [TestCase("ümlaut")]
    [TestCase("a\nb")]
    public async Task A_name_that_no_topic_can_have_fails_at_the_call(string name)
    {
        await using var stage = await Stage.OpenAsync(partitions: 0);

        Assert.That(() => stage.Kafka.Topics[name], Throws.ArgumentException);
    }

    [Test]
    public async Task No_name_and_a_name_that_is_too_long_fail_at_the_call()
    {
        await using var stage = await Stage.OpenAsync(partitions: 0);

        Assert.That(() => stage.Kafka.Topics[null!], Throws.ArgumentNullException);
        Assert.That(() => stage.Kafka.Topics[new string('x', 250)], Throws.ArgumentException);
        Assert.That(stage.Kafka.Topics[new string('x', 249)].Name, Has.Length.EqualTo(249));
    }
}
