using System.Reactive.Linq;
using FsCheck;
using FsCheck.Fluent;
using Samsa.Flow;
using Samsa.Rx;
using Samsa.Tests.Topics;

namespace Samsa.Tests.Operators;

[TestFixture]
public sealed class DistinctByOffsetTests
{
    [FsCheck.NUnit.Property]
    public Property However_often_readings_go_back_each_offset_is_seen_once_and_in_order() =>
        Prop.ForAll(Gen.Zip(Gen.Choose(0, 2), Gen.Choose(0, 20)).ListOf().ToArbitrary(), steps =>
        {
            // Each step reads on in a partition, from anywhere up to where it was read.
            var next = new int[3];
            var read = new List<KafkaRecord>();
            foreach (var (partition, back) in steps)
            {
                var from = Math.Max(0, next[partition] - back);
                next[partition] += 5;
                read.AddRange(Enumerable.Range(from, next[partition] - from).Select(offset => new ProducerRecord("v").AsRead("t", partition, offset)));
            }

            var seen = read.ToObservable().DistinctByOffset().ToList().Wait();

            foreach (var partition in Enumerable.Range(0, 3))
                Assert.That(seen.Where(record => record.Partition == partition).Select(record => record.Offset), Is.EqualTo(Enumerable.Range(0, next[partition])));
        });

    [Test]
    public void Topics_are_told_apart() =>
        Assert.That(
            new[] { "a", "b", "a", "b" }.Select(topic => new ProducerRecord("v").AsRead(topic, 0, 0)).ToObservable().DistinctByOffset().Count().Wait(),
            Is.EqualTo(2));

    [Test]
    public async Task A_reading_that_is_tried_again_gives_each_record_once()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        stage.WriteNumbers(0, 0, 200);
        stage.WriteNumbers(1, 0, 100);
        var tries = 0;
        var failing = Observable.Defer(() =>
        {
            var most = ++tries * 90;
            return stage.Topic.AsObservable(new() { UntilEnd = true })
                .Select((record, i) => i < most ? record : throw new InvalidOperationException("try again"));
        });

        var seen = await failing.RetryWithBackoff(new() { MaxAttempts = 10, First = TimeSpan.FromMilliseconds(1), Max = TimeSpan.FromMilliseconds(1) })
            .DistinctByOffset().ToList().Timeout(TimeSpan.FromSeconds(30));

        Assert.That(tries, Is.GreaterThan(1));
        Assert.That(seen.Where(record => record.Partition == 0).Select(record => record.Offset), Is.EqualTo(Enumerable.Range(0, 200)));
        Assert.That(seen.Where(record => record.Partition == 1).Select(record => record.Offset), Is.EqualTo(Enumerable.Range(0, 100)));
    }
}
