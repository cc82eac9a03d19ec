using System.Runtime.CompilerServices;
using Samsa.Protocol.Records;
using Samsa.Rx;

namespace Samsa.Tests.Partitions;

[TestFixture]
public sealed class KafkaRecordTests
{
    [Test]
    public void A_record_is_passed_in_two_registers() =>
        Assert.That(Unsafe.SizeOf<KafkaRecord>(), Is.EqualTo(16));

    [TestCase(0, "1970-01-01T00:00:00.0000000+00:00")]
    [TestCase(-1, "1969-12-31T23:59:59.9990000+00:00")]
    [TestCase(long.MaxValue, "9999-12-31T23:59:59.9990000+00:00")]
    [TestCase(long.MinValue, "0001-01-01T00:00:00.0000000+00:00")]
    public void I059_Any_timestamp_has_a_time(long timestamp, string time)
    {
        var record = Read(timestamp);

        Assert.That(record.Timestamp, Is.EqualTo(timestamp));
        Assert.That($"{record.Time:O}", Is.EqualTo(time));
    }

    [Test]
    public void A_record_that_nobody_read_says_so()
    {
        KafkaRecord none = default;

        Assert.That(() => none.Topic, Throws.InvalidOperationException);
        Assert.That($"{none}", Is.EqualTo("no record"));
    }

    static KafkaRecord Read(long timestamp)
    {
        using var writer = new RecordBatchWriter(int.MaxValue);
        writer.TryAppend(timestamp, default, true, default, true);
        var reader = new RecordBatchReader(writer.Finish().ToArray());
        Assert.That(reader.TryRead(out var batch), Is.True);
        var records = batch!.GetRecords();
        Assert.That(records.MoveNext(), Is.True);
        batch.Tag = new RecordOrigin(new("t", 0));
        return new(batch, records.Current);
    }
}
