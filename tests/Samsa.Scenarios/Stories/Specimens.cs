using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Scenarios.Stories;

/// <summary>Records that differ in everything a record can differ in.</summary>
static class Specimens
{
    const long Autumn = 1_700_000_000_000;

    /// <summary>The specimens for one codec, with what the brokers can keep of them.</summary>
    public static Told[] For(CompressionCodec codec, BrokerKind kind)
    {
        var headers = kind.HasHeaders ? "a=1,empty=,a=2" : "";
        Told[] all =
        [
            new($"key {codec}", $"value {codec}", headers),
            new(null, "without a key"),
            new($"deleted {codec}", null),
            new("an empty value", ""),
            new("Schlüssel 钥匙", "Größe 你好 🚋", kind.HasHeaders ? "größe=🚋" : ""),
            // Long enough and alike enough that every codec makes it smaller; some clients send a batch as it is when compressing does not pay.
            new("long", string.Concat(Enumerable.Range(0, 5_000).Select(number => $"{codec} {number * 7919 % 1000}; ")), headers),
        ];
        return [.. all.Select((record, index) => record with { Timestamp = kind.HasTimestamps ? Autumn + 1000 * (10 * (int)codec + index) : null })];
    }

    public static ProducerRecord ToRecord(this Told told) => new(told.Key, told.Value)
    {
        Partition = 0,
        Timestamp = told.Timestamp,
        Headers = told.Headers is "" ? null : [.. told.Headers.Split(',').Select(pair => pair.Split('=')).Select(pair => new RecordHeader(pair[0], Encoding.UTF8.GetBytes(pair[1])))],
    };

    /// <summary>Writes the specimens with our client, one batch for each codec the brokers know, and returns them in the order of their offsets.</summary>
    /// <param name="brokers">Where to.</param>
    /// <param name="topic">The topic; it is empty.</param>
    /// <param name="codecs">The codecs the reader knows; null for all the brokers know.</param>
    public static async Task<Told[]> PublishAsync(RunningBrokers brokers, string topic, CompressionCodec[]? codecs = null)
    {
        var written = new List<Told>();
        foreach (var codec in codecs ?? brokers.Kind.Codecs)
        {
            await using var kafka = await brokers.ConnectAsync(new() { Produce = new() { Compression = codec } });
            var specimens = For(codec, brokers.Kind);
            var places = await kafka.Topics[topic].PublishAsync(specimens.Select(ToRecord)).Within(30, $"publishing the specimens in {codec}");
            Assert.That(places.Select(place => place.Offset), Is.EqualTo(specimens.Select((_, index) => (long)written.Count + index)), $"offsets of {codec}");
            written.AddRange(specimens);
        }

        return [.. written];
    }

    /// <summary>All records of a topic, as our client reads them.</summary>
    public static async Task<Told[]> ReadAsync(RunningBrokers brokers, string topic)
    {
        await using var kafka = await brokers.ConnectAsync();
        var told = new List<Told>();
        await kafka.Topics[topic].RunAsync(record => told.Add(Told.By(record)), new ConsumeOptions { UntilEnd = true }).Within(30, $"reading {topic}");
        return [.. told];
    }
}
