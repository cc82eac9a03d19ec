using Samsa.Embedded;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Topics;

/// <summary>The offset that is to be read is not there.</summary>
[TestFixture]
public sealed class OutOfRangeTests
{
    [TestCase(ResetPolicy.Nearest)]
    [TestCase(ResetPolicy.Earliest)]
    [TestCase(ResetPolicy.Latest)]
    public async Task F071_An_offset_that_was_deleted_is_replaced_by_the_policy(ResetPolicy policy)
    {
        await using var stage = await Forgetful(KafkaProfile.V4_3);
        var log = stage.Brokers.Log("t", 0);

        var seen = stage.Watch(new() { Start = StartFrom.Offset(3), OnOutOfRange = policy });
        var to = policy == ResetPolicy.Latest ? log.EndOffset : log.StartOffset;
        await stage.Tells<OffsetReset>(reset => reset is { Topic: "t", Partition: 0, From: 3 } && reset.To == to);
        stage.Write(0, "new");
        await seen.Sees((int)(log.EndOffset - to) + 1);

        Assert.That(seen.Sights.Select(s => s.Offset), Is.EqualTo(Enumerable.Range((int)to, seen.Count)));
    }

    [TestCase(ResetPolicy.Nearest)]
    [TestCase(ResetPolicy.Earliest)]
    [TestCase(ResetPolicy.Latest)]
    public async Task An_offset_beyond_the_end_is_replaced_by_the_policy(ResetPolicy policy)
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 20);

        var seen = stage.Watch(new() { Start = StartFrom.Offset(1000), OnOutOfRange = policy });
        var to = policy == ResetPolicy.Earliest ? 0 : 20;
        await stage.Tells<OffsetReset>(reset => reset.From == 1000 && reset.To == to);
        stage.Write(0, "new");
        await seen.Sees(21 - to);

        Assert.That(seen.Sights[0].Offset, Is.EqualTo(to));
    }

    [TestCase(KafkaProfile.V0_8_2)]
    [TestCase(KafkaProfile.V4_3)]
    public async Task The_policy_may_be_to_fail(KafkaProfile profile)
    {
        await using var stage = await Stage.OpenAsync(profile: profile);
        stage.WriteNumbers(0, 0, 10);

        var seen = stage.Watch(new() { Start = StartFrom.Offset(1000), OnOutOfRange = ResetPolicy.Fail });
        await seen.Ends();

        Assert.That(seen.Error, Is.TypeOf<OffsetOutOfRangeException>().With.Property("Offset").EqualTo(1000).And.Message.Contains("0 to 10"));
    }

    [Test]
    public async Task An_offset_beyond_the_end_is_out_of_range_for_who_reads_until_the_end_too()
    {
        await using var stage = await Stage.OpenAsync();
        var options = new ConsumeOptions { Start = StartFrom.Offset(5), UntilEnd = true };

        var failing = stage.Watch(options with { OnOutOfRange = ResetPolicy.Fail });
        var nearest = stage.Watch(options);
        await failing.Ends();
        await nearest.Ends();

        Assert.That(failing.Error, Is.TypeOf<OffsetOutOfRangeException>().With.Property("Offset").EqualTo(5));
        Assert.That((nearest.HasCompleted, nearest.Count), Is.EqualTo((true, 0)));
        await stage.Tells<OffsetReset>(reset => reset is { From: 5, To: 0 });
    }

    [TestCase(KafkaProfile.V0_8_2)]
    [TestCase(KafkaProfile.V1_1)]
    public async Task F071_A_reader_that_retention_overtakes_goes_on_where_the_log_begins(KafkaProfile profile)
    {
        await using var stage = await Forgetful(profile);
        using var open = new ManualResetEventSlim();
        var watcher = stage.Watch(new Watcher { Doing = _ => open.Wait() }, new() { PartitionBytes = 30_000 });
        await watcher.Sees(1);
        var before = stage.Brokers.Log("t", 0).EndOffset;
        WriteMuch(stage);
        var log = stage.Brokers.Log("t", 0);
        Assert.That(log.StartOffset, Is.GreaterThan(before), "retention has taken what was to be read");

        open.Set();
        await Eventually.Is(() => watcher.Sights[^1].Offset == log.EndOffset - 1, "it comes to the end");

        Assert.That(watcher.Error, Is.Null);
        Assert.That(watcher.Sights.Select(s => s.Offset), Is.Ordered.Ascending.And.Unique);
        await stage.Tells<OffsetReset>(reset => reset.To > reset.From);
    }

    /// <summary>A topic that has forgotten its first records.</summary>
    static async Task<Stage> Forgetful(KafkaProfile profile)
    {
        var stage = await Stage.OpenAsync(profile: profile, settings: new() { RetentionBytes = 100_000 });
        WriteMuch(stage);
        Assert.That(stage.Brokers.Log("t", 0).StartOffset, Is.GreaterThan(3));
        return stage;
    }

    /// <summary>Several times what is kept.</summary>
    static void WriteMuch(Stage stage)
    {
        for (var i = 0; i < 20; i++) stage.Write(0, [.. Enumerable.Repeat(new string('x', 1000), 20)]);
    }
}
