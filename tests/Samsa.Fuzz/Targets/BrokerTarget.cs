using System.Buffers.Binary;
using Samsa.Embedded;
using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Fuzz.Changes;
using Samsa.Protocol;
using Samsa.Wire;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// Whole requests to the embedded broker of one profile: each is answered with something that its API has in its version, or the
/// connection is closed for a reason. No socket is between.
/// </summary>
sealed class BrokerTarget : IFuzzTarget, IDisposable
{
    /// <summary>After so many inputs a broker is full of topics, and another one takes its place.</summary>
    const int InputsPerBroker = 4000;

    /// <summary>What a batch of some hundred bytes may inflate to in all the hands it goes through, and an answer with records.</summary>
    const long Most = 32L << 20;

    static readonly CancellationToken Stopped = new(canceled: true);

    readonly KafkaProfile profile;
    readonly (ApiDescription Api, short Version, Specimen Body)[] requests;
    readonly IReadOnlyList<byte[]> batches;
    readonly ThreadLocal<Desk> desk;

    public BrokerTarget(
        KafkaProfile profile, IEnumerable<(DeclaredMessage Message, short Version, Specimen Specimen)> legal, IReadOnlyList<byte[]> batches)
    {
        (this.profile, this.batches) = (profile, batches);
        var generation = Generation.Of(profile);
        requests = [.. legal.Where(one => one.Message.Type.Name == "Request" && generation.Find(one.Message.Api.Key)?.Speaks(one.Version) == true)
            .Select(one => (one.Message.Api, one.Version, one.Specimen))];
        desk = new(() => new Desk(profile), trackAllValues: false);
    }

    public string Name => $"broker {profile}";

    public int Weight => 24;

    public byte[] Make(Random random)
    {
        var (api, version, body) = requests[random.Next(requests.Length)];
        var bytes = api == Samsa.Protocol.Messages.Produce.Api && random.Next(2) == 0
            ? Produce(random, version)
            : random.Next(8) == 0 ? body.Bytes : Changes.Fields.Change(random, body, requests[random.Next(requests.Length)].Body);
        var writer = new WireWriter();
        new RequestHeader(api.Key, version, random.Next(), "fuzz").Write(writer, api.IsFlexible(version));
        byte[] request = [.. writer.ToArray(), .. bytes];
        return random.Next(16) == 0 ? Bytes.Change(random, request) : request;
    }

    public Verdict Try(byte[] input)
    {
        // What is shorter never comes past the reader of requests.
        if (input.Length < 8) return Verdict.Refused;
        var mine = desk.Value!;
        if (mine.Served++ > InputsPerBroker) mine = desk.Value = new(profile);
        mine.Answer.Reset();
        var before = Allowance.Now;
        try
        {
            // Whoever would wait is stopped at once.
            var answering = mine.Requests.AnswerAsync(input, mine.Answer, Stopped).AsTask();
            if (Task.WaitAny([answering], TimeSpan.FromSeconds(10)) < 0) throw new BrokenRuleException("It waits, though the broker is stopped.");
            answering.GetAwaiter().GetResult();
        }
        catch (Exception refusal) when (refusal is ProtocolException or RefusedRequestException or OperationCanceledException)
        {
            Allowance.Check(before, Most, input.Length);
            return Verdict.Refused;
        }

        Allowance.Check(before, Most, input.Length);
        if (mine.Answer.Length > 0) CheckAnswer(input, mine.Answer.ToArray());
        return Verdict.Taken;
    }

    public void Dispose() => desk.Dispose();

    byte[] Produce(Random random, short version)
    {
        var request = new Samsa.Protocol.Messages.Produce.Request
        {
            Acks = (short)random.Next(-1, 2),
            TopicData = [new() { Name = "t", PartitionData = [new() { Records = Batches.Change(random, batches[random.Next(batches.Count)]) }] }],
        };
        return DeclaredMessage.Write(request, version);
    }

    static void CheckAnswer(byte[] request, byte[] frame)
    {
        if (BinaryPrimitives.ReadInt32BigEndian(frame) != frame.Length - 4) throw new BrokenRuleException("The answer has a wrong length.");
        if (!frame.AsSpan(4, 4).SequenceEqual(request.AsSpan(4, 4))) throw new BrokenRuleException("The answer has another correlation id.");
        var api = Apis.Find(BinaryPrimitives.ReadInt16BigEndian(request))!;
        var version = BinaryPrimitives.ReadInt16BigEndian(request.AsSpan(2));
        var response = DeclaredMessage.All.First(message => message.Api == api && message.Type.Name == "Response");
        // Who asks in a version that is not spoken gets the answer of version 0: only ApiVersions does, and 0.8.2 looks at no version.
        var candidates = version >= api.MinVersion && version <= api.MaxVersion ? new[] { version, (short)0 } : [0];
        if (!candidates.Any(one => IsAnswer(response, one, frame.AsMemory(8))))
            throw new BrokenRuleException($"The answer is none of {response} v{version}: {Convert.ToHexStringLower(frame)}");
    }

    static bool IsAnswer(DeclaredMessage response, short version, ReadOnlyMemory<byte> body)
    {
        try
        {
            var hasTags = response.Api.IsFlexible(version) && response.Api.Key != Samsa.Protocol.Messages.ApiVersions.Api.Key;
            response.Read(body[(hasTags ? 1 : 0)..], version);
            return true;
        }
        catch (ProtocolException)
        {
            return false;
        }
    }

    /// <summary>A broker that does not listen, with a topic.</summary>
    sealed class Desk
    {
        public Desk(KafkaProfile profile)
        {
            var options = new EmbeddedKafkaOptions
            {
                Profile = profile, RetentionBytes = 256 << 10, MaxPartitions = 2000, MaxRequestBytes = 1 << 20, RememberedRequests = 10,
            };
            var cluster = new ClusterState(options);
            var server = new BrokerServer(1, 0, cluster, new RequestMemory(options.MaxRequestBytes));
            cluster.BrokerStarted(1, new(server.Host, server.Port));
            cluster.Create("t", null, 2, null, out _);
            // The port is of no use to anybody.
            server.DisposeAsync().AsTask().Wait();
            Requests = new(server);
        }

        public RequestDesk Requests { get; }

        public WireWriter Answer { get; } = new();

        public int Served { get; set; }
    }
}
