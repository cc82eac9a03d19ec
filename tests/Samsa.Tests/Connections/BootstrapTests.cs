using Samsa.Rx;

namespace Samsa.Tests.Connections;

[TestFixture]
public sealed class BootstrapTests
{
    [TestCase("host:1", "host:1")]
    [TestCase("host", "host:9092")]
    [TestCase(" a:1 , b:2 ,, ", "a:1 b:2")]
    [TestCase("a:1,b:2,a:1", "a:1 b:2")]
    [TestCase("[::1]:9093", "[::1]:9093")]
    [TestCase("[::1]", "[::1]:9092")]
    [TestCase("127.0.0.1:65535", "127.0.0.1:65535")]
    public void I089_Addresses_are_read(string text, string addresses) =>
        Assert.That(string.Join(' ', Bootstrap.Parse(text)), Is.EqualTo(addresses));

    [TestCase("host:", "host:")]
    [TestCase("a:1,host:0", "host:0")]
    [TestCase("host:65536", "host:65536")]
    [TestCase("host:-1", "host:-1")]
    [TestCase("host:1x", "host:1x")]
    [TestCase("a b:1", "a b:1")]
    [TestCase("a\r\nb:1", "a\uFFFD\uFFFDb:1")]
    [TestCase(":9092", ":9092")]
    [TestCase("::1", "::1")]
    [TestCase("[::1:9092", "[::1:9092")]
    [TestCase("[host]:9092", "[host]:9092")]
    [TestCase("[::1]9092", "[::1]9092")]
    [TestCase("kafka://host:9092", "kafka://host:9092")]
    public void I089_What_is_no_address_is_named_in_the_error(string text, string part) =>
        Assert.That(() => Bootstrap.Parse(text), Throws.TypeOf<FormatException>().With.Message.StartsWith($"\"{part}\" is not a broker's address"));

    [TestCase("")]
    [TestCase(" , ,")]
    public void Nothing_is_an_error(string text) =>
        Assert.That(() => Bootstrap.Parse(text), Throws.ArgumentException.With.Message.Contains("no bootstrap address"));

    [Test]
    public void I089_Ten_thousand_addresses_are_an_error() =>
        Assert.That(() => Bootstrap.Parse(string.Join(',', Enumerable.Range(1, 10_000).Select(i => $"h{i}:1"))), Throws.ArgumentException);

    [Test]
    public async Task A_null_is_an_error() => await Kafka.ConnectAsync(null!).ShouldThrow<ArgumentNullException>();
}
