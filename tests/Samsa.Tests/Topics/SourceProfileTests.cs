using Samsa.Embedded;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Topics;

/// <summary>The same readings, on every generation of brokers.</summary>
[TestFixture]
public sealed class SourceProfileTests
{
    static readonly ConsumeOptions UntilEnd = new() { UntilEnd = true };

    static IEnumerable<KafkaProfile> Profiles => Enum.GetValues<KafkaProfile>();

    [TestCaseSource(nameof(Profiles))]
    public async Task Every_codec_of_the_format_is_read(KafkaProfile profile)
    {
        await using var stage = await Stage.OpenAsync(profile: profile, partitions: 2);
        var codecs = Enum.GetValues<CompressionCodec>().Where(codec => stage.Magic == 2 || codec != CompressionCodec.Zstd).ToList();
        foreach (var codec in codecs)
        {
            await stage.AppendAsync(0, codec, $"{codec} 1", $"{codec} 2", "");
            await stage.AppendAsync(1, codec, $"{codec} 3");
        }

        var seen = stage.Watch(UntilEnd);
        await seen.Ends();

        Assert.That(seen.Error, Is.Null);
        Assert.That(seen.Sights.Where(s => s.Partition == 0), Is.EqualTo(codecs
            .SelectMany(codec => new[] { $"{codec} 1", $"{codec} 2", "" }).Select((text, i) => new Sight(0, i, text))));
        Assert.That(seen.Sights.Where(s => s.Partition == 1), Is.EqualTo(codecs.Select((codec, i) => new Sight(1, i, $"{codec} 3"))));
    }

    [TestCaseSource(nameof(Profiles))]
    public async Task Starts_in_the_middle_of_compressed_batches_and_at_ends_are_found(KafkaProfile profile)
    {
        await using var stage = await Stage.OpenAsync(profile: profile);
        for (var batch = 0; batch < 3; batch++)
            await stage.AppendAsync(0, CompressionCodec.Gzip, [.. Enumerable.Range(batch * 10, 10).Select(n => $"{n}")]);

        var middle = stage.Watch(UntilEnd with { Start = StartFrom.Offset(15) });
        var last = stage.Watch(UntilEnd with { Start = StartFrom.Last(3) });
        var end = stage.Watch(UntilEnd with { Start = StartFrom.End });
        foreach (var watcher in new[] { middle, last, end }) await watcher.Ends();

        Assert.That(middle.Texts, Is.EqualTo(Enumerable.Range(15, 15).Select(n => $"{n}")));
        Assert.That(last.Texts, Is.EqualTo(new[] { "27", "28", "29" }));
        Assert.That((end.Count, end.HasCompleted), Is.EqualTo((0, true)));
    }

    [TestCaseSource(nameof(Profiles))]
    public async Task A_leader_that_moves_loses_and_doubles_nothing(KafkaProfile profile)
    {
        await using var stage = await Stage.OpenAsync(brokers: 2, profile: profile);
        var seen = stage.Watch();
        for (var round = 0; round < 6; round++)
        {
            stage.WriteNumbers(0, round * 20, 20);
            await seen.Sees(round * 20 + 10);
            stage.Brokers.MoveLeader("t", 0, 1 + (round % 2));
        }

        await seen.Sees(120);
        Assert.That(seen.Texts, Is.EqualTo(Enumerable.Range(0, 120).Select(n => $"{n}")));
    }

    [TestCase(KafkaProfile.V0_8_2)]
    [TestCase(KafkaProfile.V0_10_2)]
    [TestCase(KafkaProfile.V4_3)]
    public async Task F073_A_batch_that_is_larger_than_a_fetch_is_read(KafkaProfile profile)
    {
        await using var stage = await Stage.OpenAsync(profile: profile, settings: new() { MaxMessageBytes = 10_000_000 });
        var large = new string('x', 300_000);
        stage.Write(0, "before");
        stage.Write(0, large);
        stage.Write(0, "after");

        var seen = stage.Watch(UntilEnd with { PartitionBytes = 1000 });
        await seen.Ends();

        Assert.That(seen.Error, Is.Null);
        Assert.That(seen.Texts, Is.EqualTo(new[] { "before", large, "after" }));
    }

    [Test]
    public async Task F073_A_batch_that_an_old_broker_must_not_be_asked_for_is_an_error_with_its_offset()
    {
        await using var stage = await Stage.OpenAsync(profile: KafkaProfile.V0_8_2, settings: new() { MaxMessageBytes = 10_000_000 });
        stage.Write(0, "before");
        stage.Write(0, new string('x', 300_000));

        var seen = stage.Watch(UntilEnd with { PartitionBytes = 1000, LargestBatchBytes = 200_000 });
        await seen.Ends();

        Assert.That(seen.Texts, Is.EqualTo(new[] { "before" }));
        Assert.That(seen.Error, Is.TypeOf<BatchTooLargeException>().With.Property("Offset").EqualTo(1).And.Message.Contains("300"));
    }

    [Test]
    public async Task What_the_format_cannot_say_is_said_to_be_missing()
    {
        await using var stage = await Stage.OpenAsync(profile: KafkaProfile.V0_8_2);
        stage.Write(0, "a");

        var record = (await stage.Topic.AsAsyncEnumerable(UntilEnd).ToListAsync()).Single();

        Assert.That((record.Timestamp, record.LeaderEpoch, record.Headers.Count), Is.EqualTo((-1L, -1, 0)));
        Assert.That((record.KeyText, record.Text, record.Topic, record.Offset), Is.EqualTo(("k", "a", "t", 0L)));
    }

    [Test]
    public async Task Everything_a_record_has_is_there()
    {
        await using var stage = await Stage.OpenAsync(brokers: 2);
        stage.Brokers.MoveLeader("t", 0, stage.Brokers.LeaderOf("t", 0) == 1 ? 2 : 1);
        using var writer = new RecordBatchWriter(int.MaxValue);
        writer.TryAppend(TestRecords.Time, default, true, "v"u8, false, [new("h", "x"u8.ToArray()), new("n", null), new("h", "y"u8.ToArray())]);
        writer.TryAppend(TestRecords.Time + 1, ""u8, false, default, true);
        stage.Brokers.AppendRaw("t", 0, writer.Finish().ToArray());

        var records = await stage.Topic.AsAsyncEnumerable(UntilEnd).ToListAsync();

        var (first, second) = (records[0], records[1]);
        Assert.Multiple(() =>
        {
            Assert.That((first.KeyIsNull, first.KeyText, first.ValueIsNull, first.Text), Is.EqualTo((true, (string?)null, false, "v")));
            Assert.That((second.KeyIsNull, second.KeyText, second.ValueIsNull, second.Text), Is.EqualTo((false, "", true, (string?)null)));
            Assert.That(first.Headers.ToArray().Select(h => h.Name), Is.EqualTo(new[] { "h", "n", "h" }));
            Assert.That(first.Headers.Last("h")!.Value.Value.ToArray(), Is.EqualTo("y"u8.ToArray()), "a later header stands for an earlier one");
            Assert.That(first.Headers.Last("n")!.Value.ValueIsNull, Is.True);
            Assert.That(first.Headers.Last("?"), Is.Null);
            Assert.That(second.Headers.Count, Is.Zero);
            Assert.That(first.Time, Is.EqualTo(DateTimeOffset.FromUnixTimeMilliseconds(TestRecords.Time)));
            Assert.That(first.TimestampType, Is.EqualTo(TimestampType.Create));
            Assert.That(first.LeaderEpoch, Is.GreaterThan(0));
            Assert.That($"{first}", Is.EqualTo("t 0@0 (key null, value 1 bytes)"));
        });
    }
}
