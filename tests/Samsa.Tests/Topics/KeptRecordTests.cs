using Samsa.Rx;

namespace Samsa.Tests.Topics;

/// <summary>A record may be kept, whatever else is read meanwhile.</summary>
[TestFixture]
public sealed class KeptRecordTests
{
    const int Records = 60_000;

    [Test]
    public async Task Records_that_are_kept_stay_as_they_are_while_the_memory_of_others_is_used_again()
    {
        await using var stage = await StageAsync();
        var kept = new List<KafkaRecord>();
        var values = new List<ReadOnlyMemory<byte>>();
        for (var reading = 0; reading < 3; reading++)
        {
            await stage.Topic.RunAsync(record =>
            {
                if (record.Offset % 997 == 0) kept.Add(record);
                if (record.Offset % 991 == 0) values.Add(record.Value);
                // As an observer does that forgets what it saw.
                if (record.Value.Span.Length == 0) throw new InvalidOperationException("A value is empty.");
            }, new() { UntilEnd = true });
        }

        Assert.That(kept, Has.Count.EqualTo(3 * (Records / 997 + 1)));
        foreach (var record in kept) Assert.That(record.Text, Is.EqualTo(TextOf((int)record.Offset)));
        for (var i = 0; i < values.Count; i++)
            Assert.That(System.Text.Encoding.UTF8.GetString(values[i].Span), Is.EqualTo(TextOf(i % (Records / 991 + 1) * 991)));
    }

    [Test]
    public async Task Records_that_another_thread_looks_at_are_whole()
    {
        await using var stage = await StageAsync();
        var others = System.Threading.Channels.Channel.CreateBounded<KafkaRecord>(1000);
        var looking = Task.Run(async () =>
        {
            var wrong = 0;
            await foreach (var record in others.Reader.ReadAllAsync())
                if (record.Text != TextOf((int)record.Offset))
                    wrong++;
            return wrong;
        });
        for (var reading = 0; reading < 2; reading++)
        {
            await stage.Topic.RunAsync(
                record => { if (!others.Writer.TryWrite(record)) others.Writer.WriteAsync(record).AsTask().Wait(); }, new() { UntilEnd = true });
        }

        others.Writer.Complete();
        Assert.That(await looking, Is.Zero);
    }

    static async Task<Stage> StageAsync()
    {
        var stage = await Stage.OpenAsync();
        for (var first = 0; first < Records; first += 100) stage.Write(0, [.. Enumerable.Range(first, 100).Select(TextOf)]);
        return stage;
    }

    static string TextOf(int offset) => $"{offset} {new string((char)('a' + offset % 26), 700)}";
}
