using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Tests.Embedded;

/// <summary>Message formats 0 and 1: what old producers send, what old readers are given, what lies in the log.</summary>
public class OldFormatTests
{
    static readonly string[] Lines = [.. Enumerable.Range(0, 50).Select(i => $"line {i} of the old times")];

    [TestCase(KafkaProfile.V0_8_2, 0)]
    [TestCase(KafkaProfile.V0_10_2, 1)]
    [TestCase(KafkaProfile.V1_1, 2)]
    [TestCase(KafkaProfile.V3_9, 2)]
    public async Task The_profile_says_in_which_format_is_stored(KafkaProfile profile, int magic)
    {
        await using var kafka = await StartAsync(profile);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await client.ProduceAsync("t", TestRecords.Batch(Lines, 0), version: 0);
        Assert.That(kafka.Log("t", 0).Batches.Select(batch => batch.Span[16]), Is.All.EqualTo(magic));
    }

    [Test]
    public async Task What_an_old_producer_sends_everybody_reads(
        [ValueSource(nameof(Producers))] (KafkaProfile Profile, int Magic) producer,
        [Values(CompressionCodec.None, CompressionCodec.Gzip, CompressionCodec.Snappy, CompressionCodec.Lz4)] CompressionCodec codec)
    {
        var (profile, magic) = producer;
        await using var kafka = await StartAsync(profile);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var batch = TestRecords.Batch(Lines, (byte)magic, codec);
        var version = (short)(magic == 0 ? 0 : 2);
        for (var i = 0; i < 3; i++)
        {
            var stored = await client.ProduceAsync("t", batch, version: version);
            Assert.That((stored.ErrorCode, stored.BaseOffset), Is.EqualTo((ErrorCode.None, i * (long)Lines.Length)));
        }

        foreach (var fetch in FetchVersions(profile))
        {
            var read = new List<(long Offset, string Value)>();
            while (read.Count < 3 * Lines.Length)
            {
                var data = await client.FetchAsync("t", read.Count, version: fetch);
                var more = TestRecords.Read(data.Records).Where(one => one.Offset >= read.Count).ToList();
                Assert.That(more, Is.Not.Empty, $"Fetch {fetch}");
                read.AddRange(more);
            }

            Assert.That(read.Select(one => one.Offset), Is.EqualTo(Enumerable.Range(0, 3 * Lines.Length).Select(i => (long)i)), $"Fetch {fetch}");
            Assert.That(read.Select(one => one.Value), Is.EqualTo(Lines.Concat(Lines).Concat(Lines)), $"Fetch {fetch}");
        }
    }

    [Test]
    public async Task An_old_reader_gets_what_a_new_producer_sent(
        [Values(KafkaProfile.V1_1, KafkaProfile.V3_9)] KafkaProfile profile,
        [Values(CompressionCodec.None, CompressionCodec.Gzip)] CompressionCodec codec,
        [Values(0, 2)] int fetch)
    {
        await using var kafka = await StartAsync(profile);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        for (var i = 0; i < 2; i++) await client.ProduceAsync("t", TestRecords.Batch(Lines, 2, codec), version: 3);
        var data = await client.FetchAsync("t", Lines.Length, version: (short)fetch);
        Assert.That(data.Records!.Value.Span[16], Is.EqualTo(fetch == 0 ? 0 : 1));
        Assert.That(TestRecords.Values(data.Records), Is.EqualTo(Lines));
        Assert.That(TestRecords.Offsets(data.Records)[0], Is.EqualTo(Lines.Length));
    }

    [Test]
    public async Task Zstd_cannot_be_given_to_old_readers()
    {
        await using var kafka = await StartAsync(KafkaProfile.V3_9);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await client.ProduceAsync("t", TestRecords.Batch(Lines, 2, CompressionCodec.Zstd), version: 7);
        Assert.That((await client.FetchAsync("t", 0, version: 2)).ErrorCode, Is.EqualTo(ErrorCode.UnsupportedCompressionType));
    }

    [Test]
    public async Task Until_version_2_a_batch_that_does_not_fit_is_cut(
        [Values(KafkaProfile.V0_8_2, KafkaProfile.V3_9)] KafkaProfile profile)
    {
        await using var kafka = await StartAsync(profile);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await client.ProduceAsync("t", TestRecords.Batch([new string('x', 500)], 0), version: 0);
        Assert.That((await client.FetchAsync("t", 0, version: 0, maxBytes: 100)).Records!.Value.Length, Is.EqualTo(100));
    }

    [Test]
    public async Task A_damaged_set_is_refused_whole()
    {
        await using var kafka = await StartAsync(KafkaProfile.V0_10_2);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var plain = TestRecords.Batch(Lines, 1);
        plain[^1] ^= 1;
        var wrapped = TestRecords.Batch(Lines, 1, CompressionCodec.Gzip);
        wrapped[^5] ^= 1;
        foreach (var damaged in new[] { plain, wrapped, TestRecords.Batch(Lines, 2) })
            Assert.That((await client.ProduceAsync("t", damaged, version: 2)).ErrorCode, Is.EqualTo(ErrorCode.CorruptMessage));
        foreach (var nothing in new byte[][] { [], TestRecords.Batch(Lines, 1)[..20] })
        {
            var answer = await client.ProduceAsync("t", nothing, version: 2);
            Assert.That((answer.ErrorCode, answer.BaseOffset), Is.EqualTo((ErrorCode.None, -1L)), "a set may be empty, or end in the middle of a message");
        }

        Assert.That(kafka.Log("t", 0).EndOffset, Is.Zero);
    }

    [Test]
    public async Task The_broker_gives_the_time_of_format_1_too()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V0_10_2, TimestampType = TimestampType.LogAppend });
        kafka.CreateTopic("t");
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        foreach (var codec in new[] { CompressionCodec.None, CompressionCodec.Gzip })
        {
            var offset = kafka.Log("t", 0).EndOffset;
            var stored = await client.ProduceAsync("t", TestRecords.Batch(["a", "b"], 1, codec), version: 2);
            var reader = new RecordBatchReader((await client.FetchAsync("t", offset, version: 2)).Records!.Value);
            Assert.That(reader.TryRead(out var batch));
            Assert.That(batch!.TimestampType, Is.EqualTo(TimestampType.LogAppend));
            foreach (var record in batch) Assert.That(record.Timestamp, Is.EqualTo(stored.LogAppendTimeMs));
        }
    }

    // 0.8.2 does not know format 1.
    static readonly (KafkaProfile, int)[] Producers =
    [
        (KafkaProfile.V0_8_2, 0), (KafkaProfile.V0_10_2, 0), (KafkaProfile.V0_10_2, 1), (KafkaProfile.V1_1, 0), (KafkaProfile.V1_1, 1),
        (KafkaProfile.V3_9, 0), (KafkaProfile.V3_9, 1),
    ];

    static async Task<EmbeddedKafka> StartAsync(KafkaProfile profile)
    {
        var kafka = await EmbeddedKafka.StartAsync(options: new EmbeddedKafkaOptions { Profile = profile });
        kafka.CreateTopic("t");
        return kafka;
    }

    static IEnumerable<short> FetchVersions(KafkaProfile profile) => profile switch
    {
        KafkaProfile.V0_8_2 => [0],
        KafkaProfile.V0_10_2 => [0, 1, 2, 3],
        KafkaProfile.V1_1 => [0, 2, 4, 7],
        _ => [0, 2, 4, 12],
    };
}
