using FsCheck;
using FsCheck.Fluent;
using Samsa.Embedded;
using Samsa.Fuzz.Changes;
using Samsa.Fuzz.Corpus;
using Samsa.Fuzz.Targets;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Messages;
using Samsa.Rx;

namespace Samsa.Fuzz;

/// <summary>Everything that reads bytes of strangers.</summary>
static class AllTargets
{
    const int GeneratedPerVersion = 3;
    const int LongestSpecimen = 4096;

    /// <summary>All targets there are.</summary>
    public static IReadOnlyList<IFuzzTarget> Known { get; } = [.. Make()];

    /// <summary>The target with this name.</summary>
    public static IFuzzTarget Find(string name) =>
        Known.FirstOrDefault(target => target.Name == name) ?? throw new FormatException($"There is no target {name}.");

    /// <summary>A message in a version, with specimens that are generated and those that are given.</summary>
    public static MessageTarget Of(DeclaredMessage message, short version, IEnumerable<byte[]> given) =>
        new(message, version, [.. Specimens(message, version, given)], ClientUse.Of(message.Type));

    static IEnumerable<IFuzzTarget> Make()
    {
        var sent = Traffic.Golden.Concat(Traffic.Recorded).ToLookup(one => (one.Message, one.Version), one => one.Bytes);
        var messages = DeclaredMessage.All.SelectMany(message => message.Versions.Select(version =>
            (Message: message, Version: version, Specimens: Specimens(message, version, sent[($"{message}", version)]).ToList()))).ToList();
        foreach (var one in messages) yield return new MessageTarget(one.Message, one.Version, one.Specimens, ClientUse.Of(one.Message.Type));

        List<byte[]> batches = [.. BatchCorpus.All];
        yield return new RecordsTarget(batches, anyOffsets: false);
        yield return new RecordsTarget(batches, anyOffsets: true);
        foreach (var codec in CompressionCodecs.Default.All)
        {
            yield return new CodecTarget(codec, 2, Compressed(codec.Id, 2));
            if (codec.Id == CompressionCodec.Lz4) yield return new CodecTarget(codec, 0, Compressed(codec.Id, 0));
        }

        var frames = new FramesTarget();
        yield return frames;
        yield return new RequestsTarget(frames);
        var legal = messages.SelectMany(one => one.Specimens.Select(specimen => (one.Message, one.Version, specimen))).ToList();
        foreach (var profile in Enum.GetValues<KafkaProfile>()) yield return new BrokerTarget(profile, legal, batches);
        yield return new TextTarget("addresses", ["a:1,b:2", "[::1]:9092", "host", "zookeeper://z:2181/c"], text => Bootstrap.Parse(text));
        yield return new TextTarget("settings", ["fetch.min.bytes=1", "acks=all", "linger.ms=5", "auto.offset.reset=earliest"], text =>
            KafkaOptions.Parse([KeyValuePair.Create(text.Split('=')[0], text[(text.Split('=')[0].Length)..].TrimStart('='))]));
    }

    static IEnumerable<Specimen> Specimens(DeclaredMessage message, short version, IEnumerable<byte[]> given) =>
        AnyMessage.Of(message.Type, version).Sample(numberOfSamples: GeneratedPerVersion, seed: new Rnd(1), size: 50)
            .Select(made => DeclaredMessage.Write(made, version))
            .Concat(given)
            .Where(bytes => bytes.Length <= LongestSpecimen)
            .DefaultIfEmpty([])
            .Select(bytes => new Specimen(bytes, bytes.Length == 0 ? [] : Layout.Of(message, version, bytes)));

    static byte[][] Compressed(CompressionCodec codec, byte magic) =>
        [.. BatchCorpus.Texts.Select(text => Crafted.Compressed(codec, text, magic))];
}
