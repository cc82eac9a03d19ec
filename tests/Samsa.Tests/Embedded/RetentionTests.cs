using Samsa.Embedded;
using Samsa.Protocol;

namespace Samsa.Tests.Embedded;

public class RetentionTests
{
    const int Retention = 1 << 20;

    [Test]
    public async Task A_partition_forgets_its_oldest_records_when_it_has_too_many()
    {
        await using var kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t", settings: new() { RetentionBytes = Retention });
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var batch = TestRecords.Batch(new string('x', 10_000), new string('y', 10_000));
        for (var i = 0; i < 500; i++) await client.ProduceAsync("t", batch);

        var log = kafka.Log("t", 0);
        Assert.That(log.EndOffset, Is.EqualTo(1000));
        Assert.That(log.SizeInBytes, Is.InRange(Retention, Retention + Retention / 4 + batch.Length));
        Assert.That(log.Batches.Sum(one => one.Length), Is.EqualTo(log.SizeInBytes));
        Assert.That((await client.ListOffsetAsync("t", -2)).Offset, Is.EqualTo(log.StartOffset));
        Assert.That((await client.FetchAsync("t", log.StartOffset - 1)).ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
        var first = await client.FetchAsync("t", log.StartOffset);
        Assert.That((first.ErrorCode, first.LogStartOffset, TestRecords.Offsets(first.Records)[0]), Is.EqualTo((ErrorCode.None, log.StartOffset, log.StartOffset)));
    }

    [Test]
    public async Task What_is_on_its_way_to_a_reader_stays_whole_when_the_log_forgets_it()
    {
        await using var kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t", settings: new() { RetentionBytes = Retention });
        using var slow = await RawClient.ConnectAsync(kafka.Brokers[0]);
        using var fast = await RawClient.ConnectAsync(kafka.Brokers[0]);
        for (var i = 0; i < 100; i++) await fast.ProduceAsync("t", Numbered(i));
        // Answers of about 10 MB that nobody reads yet: more than the sockets hold.
        var asked = new List<int>();
        var start = kafka.Log("t", 0).StartOffset;
        for (var i = 0; i < 10; i++) asked.Add(await slow.SendAsync(RawClient.FetchRequest("t", start), 12));
        await Eventually.Is(() => kafka.Requests.Any(request => request.Api == "Fetch"), "the first fetch was read");
        for (var i = 100; i < 400; i++) await fast.ProduceAsync("t", Numbered(i));
        var whole = 0;
        foreach (var id in asked)
        {
            var data = (await slow.ReadAsync<Samsa.Protocol.Messages.Fetch.Response>(Samsa.Protocol.Messages.Fetch.Api, 12, id)).Responses[0].Partitions[0];
            if (data.ErrorCode != ErrorCode.None) continue;
            Assert.That(TestRecords.Read(data.Records).Select(one => one.Value[..8]), Is.EqualTo(TestRecords.Offsets(data.Records).Select(offset => $"{offset:D8}")));
            whole++;
        }

        Assert.That(whole, Is.Positive);
    }

    [Test]
    public async Task A_batch_larger_than_the_retention_is_kept_until_the_next_one()
    {
        await using var kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t", settings: new() { RetentionBytes = 1000 });
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        for (var i = 0; i < 3; i++)
        {
            await client.ProduceAsync("t", TestRecords.Batch(new string((char)('a' + i), 200_000)));
            Assert.That(TestRecords.Read((await client.FetchAsync("t", i)).Records).Select(one => (one.Offset, one.Value[0])), Is.EqualTo(new[] { ((long)i, (char)('a' + i)) }));
        }

        Assert.That(kafka.Log("t", 0).StartOffset, Is.EqualTo(2));
    }

    static byte[] Numbered(int number) => TestRecords.Batch($"{number:D8}" + new string('x', 10_000));
}
