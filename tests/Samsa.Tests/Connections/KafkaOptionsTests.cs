using Samsa.Rx;

namespace Samsa.Tests.Connections;

[TestFixture]
public sealed class KafkaOptionsTests
{
    [Test]
    public void Settings_are_taken_by_their_Java_names_and_the_last_one_wins()
    {
        var options = Parse(("client.id", "x"), ("request.timeout.ms", "1"), ("request.timeout.ms", "12345"), ("metadata.max.age.ms", "60000"),
            ("reconnect.backoff.ms", "10"), ("reconnect.backoff.max.ms", "20"), ("receive.message.max.bytes", "4096"));

        Assert.Multiple(() =>
        {
            Assert.That(options.ClientId, Is.EqualTo("x"));
            Assert.That(options.RequestTimeout, Is.EqualTo(TimeSpan.FromMilliseconds(12345)));
            Assert.That(options.MetadataMaxAge, Is.EqualTo(TimeSpan.FromMinutes(1)));
            Assert.That((options.Reconnect.First, options.Reconnect.Most), Is.EqualTo((TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20))));
            Assert.That(options.MaxFrameBytes, Is.EqualTo(4096));
        });
    }

    [Test]
    public void The_two_timeouts_of_connecting_are_two() =>
        Assert.That(
            Parse(("socket.connection.setup.timeout.ms", "1000"), ("socket.connection.setup.timeout.max.ms", "7000")),
            Has.Property("ConnectTimeout").EqualTo(TimeSpan.FromSeconds(1)).And.Property("LongestConnectTimeout").EqualTo(TimeSpan.FromSeconds(7)));

    [TestCase("request.timout.ms", "There is no setting request.timout.ms. Did you mean request.timeout.ms?")]
    [TestCase("metadata.max.age", "There is no setting metadata.max.age. Did you mean metadata.max.age.ms?")]
    [TestCase("colour", "There is no setting colour.")]
    [TestCase("bootstrap.servers", "bootstrap.servers is not among the options: it is the first argument of Kafka.ConnectAsync.")]
    [TestCase("", "There is no setting .")]
    public void I090_A_name_that_is_not_known_is_refused_with_the_nearest_that_is(string name, string sentence) =>
        Assert.That(() => Parse((name, "1")), Throws.ArgumentException.With.Message.StartsWith(sentence));

    [TestCase("request.timeout.ms", "soon")]
    [TestCase("request.timeout.ms", "1.5")]
    [TestCase("request.timeout.ms", "99999999999999999999")]
    [TestCase("receive.message.max.bytes", "1MB")]
    public void A_value_that_cannot_be_read_is_refused_with_its_name(string name, string value) =>
        Assert.That(() => Parse((name, value)), Throws.TypeOf<FormatException>().With.Message.StartsWith($"{name} is \"{value}\": it is a whole number"));

    [Test]
    public void A_value_out_of_its_range_is_refused_with_the_range() =>
        Assert.That(() => new KafkaOptions { RequestTimeout = TimeSpan.FromHours(2) }, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("RequestTimeout is 02:00:00; it can be from 00:00:00.0010000 to 01:00:00."));

    [Test]
    public void The_largest_answer_grows_with_what_is_fetched_at_once_unless_it_is_set() =>
        Assert.Multiple(() =>
        {
            Assert.That(new KafkaOptions().MaxFrameBytes, Is.EqualTo(100 << 20));
            Assert.That(new KafkaOptions { Consume = new() { FetchBytes = 200 << 20 } }.MaxFrameBytes, Is.EqualTo(201 << 20));
            Assert.That(new KafkaOptions { Consume = new() { FetchBytes = 1 << 30 } }.MaxFrameBytes, Is.EqualTo(1 << 30));
            Assert.That(new KafkaOptions { MaxFrameBytes = 4096, Consume = new() { FetchBytes = 200 << 20 } }.MaxFrameBytes, Is.EqualTo(4096));
        });

    [Test]
    public void A_null_is_refused() =>
        Assert.That(() => new KafkaOptions { Clock = null! }, Throws.ArgumentNullException);

    [Test]
    public void A_wait_doubles_up_to_the_most_and_differs_by_the_jitter()
    {
        var exact = new BackOff { First = TimeSpan.FromMilliseconds(50), Most = TimeSpan.FromSeconds(1), Jitter = 0 };
        Assert.That(Enumerable.Range(0, 8).Select(i => exact.After(i).TotalMilliseconds), Is.EqualTo([0, 50, 100, 200, 400, 800, 1000, 1000]));
        Assert.That(exact.After(int.MaxValue), Is.EqualTo(TimeSpan.FromSeconds(1)));

        var jittered = exact with { Jitter = 0.5 };
        var waits = Enumerable.Range(0, 200).Select(_ => jittered.After(2).TotalMilliseconds).ToList();
        Assert.That(waits, Is.All.InRange(50, 150));
        Assert.That(waits.Distinct().Count(), Is.GreaterThan(10));
    }

    static KafkaOptions Parse(params (string Name, string Value)[] settings) =>
        KafkaOptions.Parse(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)));
}
