using Samsa.Rx;

namespace Samsa.Benchmarks.Versus;

/// <summary>The topics of a heat on a real broker: new ones, and filled where they are to be read.</summary>
static class RealTopics
{
    public static async Task<Heat> PrepareAsync(string bootstrap, Heat heat)
    {
        await using var kafka = await Kafka.ConnectAsync(bootstrap, new() { Produce = new() { Compression = heat.Codec, BatchBytes = 16 * 1024 } });
        // The dead-sure way to an empty topic is a new name.
        var name = $"{heat.Topic}-{Guid.NewGuid():n}"[..Math.Min(40, heat.Topic.Length + 9)];
        await kafka.CreateTopicAsync(name, heat.Partitions);
        if (heat.Does == "consume") await FillAsync(kafka.Topics[name], heat.Warming + heat.Records, heat.IsJson ? Texts.Json(1000) : Texts.Of(1000, 100));
        return heat with { Topic = name };
    }

    /// <summary>Writes records in batches of 16 KB, as Java's producer makes them by default.</summary>
    public static async Task FillAsync(Topic topic, long records, byte[][] values)
    {
        var sink = topic.AsObserver();
        for (var i = 0L; i < records; i++) sink.OnNext(new ProducerRecord((ReadOnlyMemory<byte>?)values[i % values.Length]));
        sink.OnCompleted();
        await sink.Completion;
    }
}
