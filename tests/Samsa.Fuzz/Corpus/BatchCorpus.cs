using Samsa.Protocol.Compression;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Fuzz.Corpus;

/// <summary>Legal record batches of every format and codec: made by hand, and as they were really sent.</summary>
static class BatchCorpus
{
    /// <summary>What compresses well, little, and not at all; and nothing.</summary>
    public static IReadOnlyList<byte[]> Texts { get; } =
        [[], Utf8("a"), Utf8(string.Concat(Enumerable.Range(0, 60).Select(i => $"line {i}; "))), new byte[5000], Noise(700)];

    public static IReadOnlyList<byte[]> All { get; } = [.. Made(), .. Sent()];

    static IEnumerable<byte[]> Made()
    {
        var few = Concat(Record(0, Utf8("key"), Utf8("value"), 5, ("h", Utf8("x")), ("n", null)), Record(1, null, []), Record(3, [], null, -1));
        var many = Concat([.. Enumerable.Range(0, 40).Select(i => Record(i, Utf8($"key-{i}"), Utf8(new string('v', i * 7)), i * 100))]);
        yield return Batch(few, 3, lastOffsetDelta: 4, baseOffset: 10, producerId: 7, epoch: 0, sequence: 3);
        yield return Batch(many, 40);
        yield return Batch([], 0, lastOffsetDelta: 3);
        yield return ControlBatch.Write(ControlType.Abort, 5, 1000, 7, 0);
        yield return Concat(Simple(2), Simple(1, baseOffset: 2), ControlBatch.Write(ControlType.Commit, 3, 1000, 7, 0), Simple(2, baseOffset: 4, attributes: 8));
        yield return Concat(Message(0, 0, Utf8("k"), Utf8("v")), Message(0, 1, null, null), Message(1, 2, null, Utf8("v")), Simple(1, baseOffset: 3));
        foreach (var codec in CompressionCodecs.Default.All.Select(codec => codec.Id))
        {
            yield return Batch(Compressed(codec, few), 3, lastOffsetDelta: 4, attributes: (short)codec);
            yield return Batch(Compressed(codec, many), 40, attributes: (short)codec);
            if (codec == CompressionCodec.Zstd) continue;
            for (byte magic = 0; magic <= 1; magic++)
                yield return Wrapper(magic, 2, Concat(Message(magic, 0, Utf8("k"), Utf8("v")), Message(magic, 2, null, Utf8(new string('v', 200)))), (byte)codec);
        }
    }

    static IEnumerable<byte[]> Sent() => Traffic.Recorded.SelectMany(Records).Where(records => records.Length > 0).Select(records => records.ToArray());

    static IEnumerable<ReadOnlyMemory<byte>> Records(Sent sent)
    {
        var message = DeclaredMessage.All.First(message => $"{message}" == sent.Message);
        return message.Read(sent.Bytes, sent.Version) switch
        {
            Produce.Request request => request.TopicData.SelectMany(topic => topic.PartitionData).Select(partition => partition.Records ?? default),
            Fetch.Response answer => answer.Responses.SelectMany(topic => topic.Partitions).Select(partition => partition.Records ?? default),
            _ => [],
        };
    }

    static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(7).NextBytes(noise);
        return noise;
    }
}
