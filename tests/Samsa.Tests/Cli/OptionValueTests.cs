using Samsa.Cli.Commands;
using Samsa.Rx;

namespace Samsa.Tests.Cli;

[TestFixture]
public sealed class OptionValueTests
{
    [TestCase("500ms", 500)]
    [TestCase("30s", 30_000)]
    [TestCase("1.5s", 1_500)]
    [TestCase("7", 7_000)]
    [TestCase("2m", 120_000)]
    [TestCase("1h", 3_600_000)]
    public void A_duration_has_a_unit_or_counts_seconds(string text, double milliseconds) =>
        Assert.That(OptionValues.Duration(text).TotalMilliseconds, Is.EqualTo(milliseconds));

    [TestCase("")]
    [TestCase("s")]
    [TestCase("3x")]
    [TestCase("-1s")]
    [TestCase("0s")]
    [TestCase("1e9s")]
    public void What_is_no_duration_is_refused_with_an_example(string text) =>
        Assert.That(() => OptionValues.Duration(text), Throws.TypeOf<FormatException>().With.Message.Contains("30s"));

    [Test]
    public void Only_the_first_equals_sign_of_a_setting_separates() =>
        Assert.That(OptionValues.Setting("sasl.jaas.config=a=b"), Is.EqualTo(KeyValuePair.Create("sasl.jaas.config", "a=b")));

    [Test]
    public void A_start_is_one_of_five_places() =>
        Assert.Multiple(() =>
        {
            Assert.That(StartPoint.Parse("beginning"), Is.EqualTo(StartFrom.Beginning));
            Assert.That(StartPoint.Parse("end"), Is.EqualTo(StartFrom.End));
            Assert.That(StartPoint.Parse("last:10"), Is.EqualTo(StartFrom.Last(10)));
            Assert.That(StartPoint.Parse("offset:42"), Is.EqualTo(StartFrom.Offset(42)));
            Assert.That(StartPoint.Parse("time:1700000000000"), Is.EqualTo(StartFrom.Time(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000))));
        });

    [Test]
    public void A_time_without_a_zone_is_UTC() =>
        Assert.That(StartPoint.Parse("time:2023-11-14T22:13:20"), Is.EqualTo(StartPoint.Parse("time:2023-11-14T23:13:20+01:00")));

    [TestCase("middle")]
    [TestCase("last:")]
    [TestCase("last:-1")]
    [TestCase("offset:x")]
    [TestCase("offset:99999999999999999999")]
    [TestCase("time:noon")]
    [TestCase("end:1")]
    public void Anything_else_is_no_start(string text) =>
        Assert.That(() => StartPoint.Parse(text), Throws.TypeOf<FormatException>());

    [Test]
    public void A_topic_may_bring_its_partitions() =>
        Assert.Multiple(() =>
        {
            Assert.That(NewTopic.Parse("clicks"), Is.EqualTo(new NewTopic("clicks", null)));
            Assert.That(NewTopic.Parse("clicks:6"), Is.EqualTo(new NewTopic("clicks", 6)));
        });

    [TestCase("")]
    [TestCase("clicks:")]
    [TestCase("clicks:0")]
    [TestCase("a b")]
    [TestCase("..")]
    public void What_cannot_be_a_topic_is_refused(string text) =>
        Assert.That(() => NewTopic.Parse(text), Throws.TypeOf<FormatException>());
}
