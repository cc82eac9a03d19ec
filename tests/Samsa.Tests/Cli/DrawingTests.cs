using Samsa.Cli.Demo.Machine;
using Samsa.Cli.Terminal;

namespace Samsa.Tests.Cli;

[TestFixture]
public sealed class DrawingTests
{
    [TestCase(new double[] { }, "    ")]
    [TestCase(new[] { 0.0, 1 }, "  ▁█")]
    [TestCase(new[] { 5.0, 5, 5, 5 }, "▁▁▁▁")]
    [TestCase(new[] { 9.0, 0, 1, 2, 7 }, "▁▂▃█")]
    public void A_sparkline_shows_the_latest_values_between_least_and_greatest(double[] values, string line) =>
        Assert.That(Sparkline.Of(values, 4), Is.EqualTo(line));

    [TestCase(0, "0 B")]
    [TestCase(999, "999 B")]
    [TestCase(1536, "1.5 KiB")]
    [TestCase(123.4 * 1024 * 1024, "123 MiB")]
    public void Bytes_have_a_unit(double bytes, string text) => Assert.That(Amount.Bytes(bytes), Is.EqualTo(text));

    [Test]
    public void A_value_is_written_in_its_unit() =>
        Assert.Multiple(() =>
        {
            Assert.That(Amount.Of(12.34, Unit.Percent), Is.EqualTo("12.3 %"));
            Assert.That(Amount.Of(2048, Unit.BytesPerSecond), Is.EqualTo("2.0 KiB/s"));
            Assert.That(Amount.Of(12345.6, Unit.PerSecond), Is.EqualTo("12,346/s"));
            Assert.That(Amount.Of(0.25, Unit.Count), Is.EqualTo("0.25"));
            Assert.That(Amount.Of(7, Unit.Count), Is.EqualTo("7"));
        });

    [Test]
    public void One_is_not_many() =>
        Assert.Multiple(() =>
        {
            Assert.That(Amount.Counted(1, "record"), Is.EqualTo("1 record"));
            Assert.That(Amount.Counted(1234, "record"), Is.EqualTo("1,234 records"));
        });
}
