using System.Buffers.Binary;
using Samsa.Embedded;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Topics;

[TestFixture]
public sealed class SourceDamageTests
{
    static readonly ConsumeOptions UntilEnd = new() { UntilEnd = true };
    static readonly ConsumeOptions Skipping = new() { UntilEnd = true, OnCorrupt = CorruptPolicy.Skip };

    /// <summary>Each makes a batch of five records unreadable.</summary>
    static IEnumerable<TestCaseData> Damages()
    {
        yield return new TestCaseData(KafkaProfile.V4_3, (Action<byte[]>)(batch => batch[^1] ^= 1)).SetArgDisplayNames("a flipped bit");
        yield return new TestCaseData(KafkaProfile.V4_3, (Action<byte[]>)(batch => Seal(batch, 22, 6))).SetArgDisplayNames("an unknown codec");
        yield return new TestCaseData(KafkaProfile.V4_3, (Action<byte[]>)(batch => Seal(batch, 60, 77))).SetArgDisplayNames("a wrong count");
        yield return new TestCaseData(KafkaProfile.V1_1, (Action<byte[]>)(batch => batch[^1] ^= 1)).SetArgDisplayNames("a flipped bit, 1.1");
        yield return new TestCaseData(KafkaProfile.V4_3, (Action<byte[]>)(batch => batch[16] = 9)).SetArgDisplayNames("an unknown magic");
    }

    [TestCaseSource(nameof(Damages))]
    public async Task F074_A_damaged_batch_ends_the_reading_after_what_was_before_it(KafkaProfile profile, Action<byte[]> damage)
    {
        await using var stage = await Damaged(profile, damage);

        var seen = stage.Watch(UntilEnd);
        await seen.Ends();

        Assert.That(seen.Texts, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(seen.Error, Is.TypeOf<CorruptRecordException>()
            .With.Property("Topic").EqualTo("t").And.Property("Partition").EqualTo(0).And.Property("Offset").EqualTo(2));
        await stage.Tells<RequestRetried>(retried => retried.Error is CorruptBatchException);
    }

    [TestCaseSource(nameof(Damages))]
    public async Task F074_A_damaged_batch_is_skipped_by_option_and_told(KafkaProfile profile, Action<byte[]> damage)
    {
        await using var stage = await Damaged(profile, damage);

        var seen = stage.Watch(Skipping);
        await seen.Ends();

        Assert.That(seen.Error, Is.Null);
        Assert.That(seen.Texts, Is.EqualTo(new[] { "a", "b", "c", "d" }));
        await stage.Tells<BatchSkipped>(skipped => skipped is { Topic: "t", Partition: 0, Offset: 2 } && skipped.Next > 2);
    }

    [Test]
    public async Task A_damaged_batch_at_the_end_of_the_log_does_not_hold_up_what_comes_later()
    {
        await using var stage = await Stage.OpenAsync();
        stage.Write(0, "a", "b");
        var bad = TestRecords.Batch("1", "2", "3", "4", "5");
        bad[^1] ^= 1;
        stage.Brokers.AppendRaw("t", 0, bad);
        var seen = stage.Watch(Skipping with { UntilEnd = false });
        await stage.Tells<BatchSkipped>(skipped => skipped.Offset == 2);

        stage.Write(0, "c");
        await seen.Sees(3);

        Assert.That(seen.Sights[2], Is.EqualTo(new Sight(0, 7, "c")));
    }

    [Test]
    public async Task Records_that_make_no_sense_under_a_right_checksum_end_the_reading_or_are_skipped()
    {
        // The second record says that its key is longer than it is itself. Nobody sees that before it is walked to.
        static void Damage(byte[] batch)
        {
            var second = 61 + 1 + batch[61] / 2;
            Seal(batch, second + 4, 0x7e);
        }

        await using var stage = await Damaged(KafkaProfile.V4_3, Damage);

        var failing = stage.Watch(UntilEnd);
        var skipping = stage.Watch(Skipping);
        await failing.Ends();
        await skipping.Ends();

        Assert.That(failing.Texts, Is.EqualTo(new[] { "a", "b", "1" }));
        Assert.That(failing.Error, Is.TypeOf<CorruptRecordException>().With.Property("Offset").EqualTo(2));
        Assert.That(skipping.Texts, Is.EqualTo(new[] { "a", "b", "1", "c", "d" }));
        await stage.Tells<BatchSkipped>(skipped => skipped is { Offset: 3, Next: 7 });
    }

    [Test]
    public async Task A_sequence_meets_damage_as_an_observer_does()
    {
        await using var stage = await Damaged(KafkaProfile.V4_3, batch => batch[^1] ^= 1);

        var texts = new List<string?>();
        Assert.That(async () =>
        {
            await foreach (var record in stage.Topic.AsAsyncEnumerable(UntilEnd)) texts.Add(record.Text);
        }, Throws.TypeOf<CorruptRecordException>());
        Assert.That(texts, Is.EqualTo(new[] { "a", "b" }));
    }

    /// <summary>a, b, a damaged batch of five at offset 2, then c, d.</summary>
    static async Task<Stage> Damaged(KafkaProfile profile, Action<byte[]> damage)
    {
        var stage = await Stage.OpenAsync(profile: profile);
        stage.Write(0, "a", "b");
        var bad = TestRecords.Batch("1", "2", "3", "4", "5");
        damage(bad);
        stage.Brokers.AppendRaw("t", 0, bad);
        stage.Write(0, "c", "d");
        return stage;
    }

    /// <summary>Changes a byte and makes the checksum right again.</summary>
    static void Seal(byte[] batch, int at, byte value)
    {
        batch[at] = value;
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), RecordBatchHeader.ComputeCrc(batch));
    }
}
