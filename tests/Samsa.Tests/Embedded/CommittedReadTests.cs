using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;

namespace Samsa.Tests.Embedded;

/// <summary>What readers of committed records are shown, and what they are told of the rest.</summary>
public class CommittedReadTests
{
    const sbyte Committed = 1;

    EmbeddedKafka kafka = null!;
    RawClient client = null!;

    [SetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t");
        client = await RawClient.ConnectAsync(kafka.Brokers[0]);
    }

    [TearDown]
    public async Task Stop()
    {
        client.Dispose();
        await kafka.DisposeAsync();
    }

    [Test]
    public async Task Nothing_from_an_open_transaction_on_is_shown_until_it_ends()
    {
        Append(TestRecords.Batch("before"));
        Append(TestRecords.Sequenced(7, 0, 0, transactional: true));
        Append(TestRecords.Batch("after"));

        Assert.That(kafka.Log("t", 0).LastStableOffset, Is.EqualTo(1));
        var open = await client.FetchAsync("t", 0, isolation: Committed);
        Assert.That((open.HighWatermark, open.LastStableOffset), Is.EqualTo((3, 1)));
        Assert.That(TestRecords.Values(open.Records), Is.EqualTo(new[] { "before" }));
        Assert.That((await client.FetchAsync("t", 1, isolation: Committed)).Records!.Value.Length, Is.Zero);
        Assert.That(TestRecords.Values((await client.FetchAsync("t", 0)).Records), Is.EqualTo(new[] { "before", "0", "after" }));
        Assert.That((await client.ListOffsetAsync("t", -1, isolation: Committed)).Offset, Is.EqualTo(1));
        Assert.That((await client.ListOffsetAsync("t", -1)).Offset, Is.EqualTo(3));

        Append(Marker(7, ControlType.Commit));
        var done = await client.FetchAsync("t", 0, isolation: Committed);
        Assert.That(TestRecords.Values(done.Records), Is.EqualTo(new[] { "before", "0", "after" }));
        Assert.That(done.AbortedTransactions, Is.Empty);
        Assert.That((await client.ListOffsetAsync("t", -1, isolation: Committed)).Offset, Is.EqualTo(4));
    }

    [Test]
    public async Task Aborted_transactions_are_listed_where_they_reach_into_the_answer()
    {
        Append(TestRecords.Sequenced(7, 0, 0, transactional: true));      // 0
        Append(TestRecords.Sequenced(8, 0, 0, transactional: true));      // 1
        Append(TestRecords.Sequenced(7, 0, 1, transactional: true));      // 2
        Append(Marker(7, ControlType.Abort));                             // 3
        Append(Marker(8, ControlType.Commit));                            // 4
        Append(TestRecords.Sequenced(7, 0, 2, transactional: true));      // 5
        Append(Marker(7, ControlType.Abort));                             // 6

        Assert.That(await AbortedAsync(0), Is.EqualTo(new[] { (7L, 0L), (7L, 5L) }));
        Assert.That(await AbortedAsync(3), Is.EqualTo(new[] { (7L, 0L), (7L, 5L) }), "the marker itself still belongs to it");
        Assert.That(await AbortedAsync(4), Is.EqualTo(new[] { (7L, 5L) }));
        Assert.That((await client.FetchAsync("t", 0)).AbortedTransactions, Is.Null, "who reads everything is told nothing");
        Assert.That(await DeliveredAsync(), Is.EqualTo(new[] { "0" }), "producer 8 alone committed");
    }

    [Test]
    public async Task A_reader_that_waits_for_committed_records_is_woken_by_the_marker()
    {
        Append(TestRecords.Sequenced(7, 0, 0, transactional: true));
        var id = await client.SendAsync(RawClient.FetchRequest("t", 0, maxWait: 60_000, isolation: Committed), 12);
        await Eventually.Is(() => kafka.Requests.Count > 0, "the fetch was read");
        Append(Marker(7, ControlType.Commit));
        var answer = await client.ReadAsync<Fetch.Response>(Fetch.Api, 12, id).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(TestRecords.Values(answer.Responses[0].Partitions[0].Records), Is.EqualTo(new[] { "0" }));
    }

    [Test]
    public async Task Damaged_batches_can_be_put_into_a_log_as_they_are()
    {
        var damaged = TestRecords.Batch("a", "b");
        damaged[^1] ^= 1;
        Append([.. TestRecords.Batch("good"), .. damaged]);
        Append(TestRecords.Batch("more"));
        var records = (await client.FetchAsync("t", 0)).Records!.Value;
        Assert.That(() => TestRecords.Read(records), Throws.TypeOf<CorruptBatchException>());
        Assert.That(kafka.Log("t", 0).EndOffset, Is.EqualTo(4));
        Assert.That(() => Append(damaged[..^1]), Throws.ArgumentException);
        Assert.That(() => Append(new byte[40]), Throws.ArgumentException);
    }

    void Append(byte[] batches) => kafka.AppendRaw("t", 0, batches);

    async Task<(long, long)[]> AbortedAsync(long offset)
    {
        var data = await client.FetchAsync("t", offset, isolation: Committed);
        return [.. data.AbortedTransactions!.Select(one => (one.ProducerId, one.FirstOffset))];
    }

    async Task<List<string>> DeliveredAsync()
    {
        var data = await client.FetchAsync("t", 0, isolation: Committed);
        var aborted = new AbortedTransactions(data.AbortedTransactions!.Select(one => (one.ProducerId, one.FirstOffset)));
        var delivered = new List<string>();
        var reader = new RecordBatchReader(data.Records!.Value);
        while (reader.TryRead(out var batch))
        {
            if (!aborted.ShouldDeliver(batch)) continue;
            foreach (var record in batch) delivered.Add(System.Text.Encoding.UTF8.GetString(batch.ValueOf(record).Span));
        }

        return delivered;
    }

    static byte[] Marker(long producer, ControlType type) => ControlBatch.Write(type, 0, TestRecords.Time, producer, producerEpoch: 0);
}
