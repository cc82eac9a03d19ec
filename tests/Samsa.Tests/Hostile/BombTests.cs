using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Samsa.Tests.Partitions;
using Samsa.Tests.Protocol.Records;
using Samsa.Tests.Topics;
using static Samsa.Fuzz.Crafted;
using static Samsa.Tests.Partitions.FetchStage;

namespace Samsa.Tests.Hostile;

/// <summary>
/// Few bytes that inflate to a gigabyte, in a batch and in a message set: fetched by the client, and produced to the embedded broker. Neither inflates them
/// beyond its limit, and whatever stands beside them goes on. The numbers are those of the catalogue of bad input.
/// </summary>
[NonParallelizable]
public sealed class BombTests
{
    const int Megabyte = 1 << 20;

    static IEnumerable<TestCaseData> Fetched => Bombs(first: 1);

    static IEnumerable<TestCaseData> Produced => Bombs(first: 0);

    static IEnumerable<TestCaseData> Bombs(long first)
    {
        foreach (var (number, codec, bomb) in new (string, CompressionCodec, byte[])[]
        {
            ("I047", CompressionCodec.Gzip, Protocol.Records.Bombs.Gzip()),
            ("I049", CompressionCodec.Snappy, Protocol.Records.Bombs.Snappy()),
            ("I050", CompressionCodec.Lz4, Protocol.Records.Bombs.Lz4()),
            ("I051", CompressionCodec.Zstd, Protocol.Records.Bombs.Zstd()),
        })
        {
            yield return Case(2, Batch(bomb, 1, baseOffset: first, attributes: (short)codec));
            // There was no zstd in the days of message sets.
            if (codec != CompressionCodec.Zstd) yield return Case(1, Message(1, first, null, bomb, attributes: (byte)codec));

            TestCaseData Case(byte magic, byte[] bytes) => new TestCaseData(bytes).SetArgDisplayNames($"{number}_{codec}_of_magic_{magic}");
        }
    }

    [TestCaseSource(nameof(Fetched))]
    public async Task I047_A_bomb_that_is_fetched_ends_the_reading_with_its_place_or_is_passed_over_and_is_never_held(byte[] bomb)
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, request) => Serve(request, bomb);
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var failing = stage.Watch();
        await failing.Ends();
        var skipping = stage.Watch(new() { OnCorrupt = CorruptPolicy.Skip });
        await skipping.Sees(2);

        Assert.That(failing.Texts, Is.EqualTo(new[] { "a" }));
        Assert.That(failing.Error, Is.TypeOf<CorruptRecordException>().With.Property("Offset").EqualTo(1).And.Message.Contains($"{256 * Megabyte}"));
        Assert.That((skipping.Texts, skipping.Error), Is.EqualTo((new[] { "a", "b" }, (Exception?)null)));
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(200L * Megabyte + 4L * bomb.Length), "besides the answers, which came, no pool keeps what it took to find out");
    }

    [TestCaseSource(nameof(Produced))]
    public async Task I047_A_bomb_that_is_produced_is_refused_and_what_comes_beside_it_is_stored(byte[] bomb)
    {
        var log = new FaultLog();
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V3_9, Logger = log, MaxMessageBytes = 64 * Megabyte });
        kafka.CreateTopic("bad");
        kafka.CreateTopic("good");
        var isOld = bomb[16] < 2;
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var request = RawClient.ProduceRequest("bad", bomb) with
        {
            TopicData =
            [
                new() { Name = "bad", PartitionData = [new() { Records = bomb }] },
                new() { Name = "good", PartitionData = [new() { Records = TestRecords.Batch(["well"], isOld ? (byte)1 : (byte)2) }] },
            ],
        };

        var answer = await client.AskAsync(request, isOld ? (short)2 : (short)9);

        Assert.That(answer.Responses[0].PartitionResponses[0].ErrorCode, Is.EqualTo(ErrorCode.UnknownServerError).Or.EqualTo(ErrorCode.CorruptMessage));
        Assert.That(answer.Responses[1].PartitionResponses[0].ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((kafka.Log("bad", 0).EndOffset, kafka.Log("good", 0).EndOffset), Is.EqualTo((0L, 1L)));
        Assert.That(log.Faults, Is.Empty);
    }

    /// <summary>a, the bomb, b: from the batch on that holds the offset that is asked for.</summary>
    static Fetch.Response? Serve(Fetch.Request request, byte[] bomb)
    {
        var from = request.Topics.SelectMany(topic => topic.Partitions).FirstOrDefault()?.FetchOffset ?? -1;
        if (from is < 0 or > 2) return null;
        byte[][] entries = [Batch(Record(0, null, Utf8("a")), 1), bomb, Batch(Record(0, null, Utf8("b")), 1, baseOffset: 2)];
        return Says(new Fetch.Response.PartitionData { Records = Concat(entries[(int)from..]) }) with { SessionId = 0 };
    }
}
