using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Hostile;

/// <summary>The same batches, sent to the embedded broker by a producer: refused by the error there is for it, and nothing of them is stored.</summary>
public sealed class ProducedBatchTests
{
    static readonly ErrorCode[] Refusals =
        [ErrorCode.CorruptMessage, ErrorCode.InvalidRecord, ErrorCode.UnsupportedCompressionType, ErrorCode.UnknownServerError, ErrorCode.InvalidRequest];

    readonly FaultLog log = new();
    EmbeddedKafka kafka = null!;

    // A broker gives messages of magic 1 its own offsets, whatever the producer wrote.
    static IEnumerable<TestCaseData> Bad => BadBatch.At(0).Concat(BadBatch.FoundLater(0))
        .Where(bad => !bad.Name.Contains("An_offset_below_the_inner_ones", StringComparison.Ordinal))
        .Select(bad => new TestCaseData(bad.Bytes).SetName($"{bad.Name}_is_refused_by_the_broker"));

    [OneTimeSetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V3_9, Logger = log });
        kafka.CreateTopic("bad");
        kafka.CreateTopic("good");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await kafka.DisposeAsync();
        Assert.That(log.Faults, Is.Empty);
    }

    [TestCaseSource(nameof(Bad))]
    public async Task Is_refused_and_nothing_of_it_stored(object bad)
    {
        var bytes = (byte[])bad;
        var (isOld, end) = (bytes[16] < 2, kafka.Log("good", 0).EndOffset);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var request = RawClient.ProduceRequest("bad", bytes) with
        {
            TopicData =
            [
                new() { Name = "bad", PartitionData = [new() { Records = bytes }] },
                new() { Name = "good", PartitionData = [new() { Records = TestRecords.Batch(["well"], isOld ? (byte)1 : (byte)2) }] },
            ],
        };

        // On the connection that goes on, and beside a partition that is written.
        var answer = await client.AskAsync(request, isOld ? (short)2 : (short)9);
        var known = await client.AskAsync(new ApiVersions.Request(), 0);

        Assert.That(Refusals, Does.Contain(answer.Responses[0].PartitionResponses[0].ErrorCode));
        Assert.That(answer.Responses[1].PartitionResponses[0].ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((kafka.Log("bad", 0).EndOffset, kafka.Log("good", 0).EndOffset), Is.EqualTo((0L, end + 1)));
        Assert.That(known.ErrorCode, Is.EqualTo(ErrorCode.None));
    }
}
