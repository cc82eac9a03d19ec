using System.Text;
using Samsa.Cli.Input;

namespace Samsa.Tests.Cli;

[TestFixture]
public sealed class JsonRecordTests
{
    readonly JsonRecord record = new();

    [Test]
    public void All_parts_of_a_record_are_read()
    {
        Read("""{"key":"k","value":"v \"quoted\" \u00e9","headers":[["a","1"],["b",null],["c",{"base64":"AP8="}]],"partition":3,"timestamp":1700000000000}""");

        Assert.Multiple(() =>
        {
            Assert.That(Text(record.Key), Is.EqualTo("k"));
            Assert.That(Text(record.Value), Is.EqualTo("v \"quoted\" é"));
            Assert.That(record.Headers.Select(header => header.Name), Is.EqualTo(["a", "b", "c"]));
            Assert.That(Encoding.UTF8.GetString(record.Headers[0].Value.Span), Is.EqualTo("1"));
            Assert.That(record.Headers[1].ValueIsNull, Is.True);
            Assert.That(record.Headers[2].Value.ToArray(), Is.EqualTo(new byte[] { 0, 255 }));
            Assert.That(record.Partition, Is.EqualTo(3));
            Assert.That(record.Timestamp, Is.EqualTo(1_700_000_000_000));
        });
    }

    [Test]
    public void Bytes_come_in_base64()
    {
        Read("""{"keyBase64":"AAEC","valueBase64":"/////w=="}""");
        Assert.Multiple(() =>
        {
            Assert.That(record.Key!.Value.ToArray(), Is.EqualTo(new byte[] { 0, 1, 2 }));
            Assert.That(record.Value!.Value.ToArray(), Is.EqualTo(new byte[] { 255, 255, 255, 255 }));
        });
    }

    [Test]
    public void Null_is_not_empty()
    {
        Read("""{"key":null,"value":""}""");
        Assert.Multiple(() =>
        {
            Assert.That(record.HasKey, Is.True);
            Assert.That(record.Key, Is.Null);
            Assert.That(record.Value!.Value.Length, Is.Zero);
        });
    }

    [Test]
    public void Nothing_of_a_line_is_left_for_the_next()
    {
        Read("""{"key":"k","value":"v","headers":[["a","1"]],"partition":3,"timestamp":5}""");
        Read("""{"value":"w"}""");
        Assert.Multiple(() =>
        {
            Assert.That(record.HasKey, Is.False);
            Assert.That(record.Headers, Is.Empty);
            Assert.That(record.Partition, Is.Null);
            Assert.That(record.Timestamp, Is.Null);
            Assert.That(Text(record.Value), Is.EqualTo("w"));
        });
    }

    [Test]
    public void What_consume_prints_is_understood()
    {
        Read("""{"topic":"t","partition":0,"offset":17,"timestamp":1700000000000,"timestampType":"create","key":"k","value":"v","headers":[]}""");
        Assert.That(Text(record.Value), Is.EqualTo("v"));
    }

    [TestCase("", "it is not JSON")]
    [TestCase("[1]", "it is not a JSON object")]
    [TestCase("{\"value\":\"v\"", "it is not JSON at byte 13")]
    [TestCase("{\"value\":\"v\"} x", "it is not JSON")]
    [TestCase("{\"value\":7}", "\"value\" is neither text nor null")]
    [TestCase("{\"valueBase64\":\"***\"}", "\"valueBase64\" is not base64")]
    [TestCase("{\"partition\":-1}", "\"partition\" is not a whole number from 0 to 2147483647")]
    [TestCase("{\"partition\":1.5}", "\"partition\" is not a whole number")]
    [TestCase("{\"timestamp\":\"now\"}", "\"timestamp\" is not a number")]
    [TestCase("{\"headers\":[\"a\"]}", "\"headers\" is not a list of [name, value]")]
    [TestCase("{\"headers\":[[\"a\",1]]}", "the value of a header is neither text, null nor {\"base64\":…}")]
    [TestCase("{\"vlaue\":\"v\"}", "\"vlaue\" is not a part of a record")]
    public void What_is_no_record_is_refused_with_the_reason(string line, string reason) =>
        Assert.That(() => Read(line), Throws.TypeOf<FormatException>().With.Message.StartsWith(reason));

    [Test]
    public void Text_that_is_not_UTF8_is_refused() =>
        Assert.That(() => record.Read([.. "{\"value\":\""u8, 0xff, .. "\"}"u8]), Throws.TypeOf<FormatException>());

    void Read(string line) => record.Read(Encoding.UTF8.GetBytes(line));

    static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? Encoding.UTF8.GetString(some.Span) : null;
}
