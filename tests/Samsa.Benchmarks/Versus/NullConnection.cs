using System.Buffers.Binary;
using System.Net.Sockets;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Benchmarks.Versus;

/// <summary>One client of the null broker: one request after the other, from one buffer.</summary>
sealed class NullConnection(Socket socket, int port)
{
    // Topics have no ids here, so the versions end before ids take the place of names. Produce begins with 0, as in Kafka 4: librdkafka
    // does not compress otherwise.
    static readonly (ApiDescription Api, short Min, short Max)[] Spoken =
    [
        (Produce.Api, 0, 12), (Fetch.Api, 4, 12), (ListOffsets.Api, 1, 7), (Metadata.Api, 1, 9),
        (FindCoordinator.Api, 0, 3), (ApiVersions.Api, 0, 3), (InitProducerId.Api, 0, 4),
    ];

    static long producerIds;

    readonly WireWriter writer = new();
    readonly List<ArraySegment<byte>> segments = [];
    readonly List<byte[]> canned = [];
    byte[] buffer = new byte[1 << 20];

    public async Task RunAsync()
    {
        while (true)
        {
            await ReceiveAsync(4);
            var length = BinaryPrimitives.ReadInt32BigEndian(buffer);
            if (length > buffer.Length) buffer = new byte[2 * length];
            await ReceiveAsync(length);
            if (await AnswerAsync(buffer.AsMemory(0, length))) await SendAsync();
        }
    }

    async Task ReceiveAsync(int bytes)
    {
        for (var have = 0; have < bytes;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(have, bytes - have), SocketFlags.None);
            have += count > 0 ? count : throw new EndOfStreamException();
        }
    }

    async Task SendAsync()
    {
        writer.GetSegments(segments);
        while (segments.Count > 0)
        {
            var sent = await socket.SendAsync(segments, SocketFlags.None);
            while (segments.Count > 0 && sent >= segments[0].Count)
            {
                sent -= segments[0].Count;
                segments.RemoveAt(0);
            }

            if (sent > 0) segments[0] = segments[0].Slice(sent);
        }

        writer.Reset();
    }

    /// <returns>Whether there is anything to send.</returns>
    async ValueTask<bool> AnswerAsync(ReadOnlyMemory<byte> frame)
    {
        var (header, request) = Read(frame);
        IMessage? answer = request switch
        {
            Produce.Request produce => Take(produce),
            Fetch.Request fetch => await ServeAsync(fetch),
            Metadata.Request metadata => Describe(metadata),
            ListOffsets.Request offsets => Find(offsets),
            FindCoordinator.Request => new FindCoordinator.Response { NodeId = 1, Host = "127.0.0.1", Port = port },
            InitProducerId.Request => new InitProducerId.Response { ProducerId = Interlocked.Increment(ref producerIds) },
            _ => new ApiVersions.Response { ApiKeys = [.. Spoken.Select(one => new ApiVersions.Response.ApiVersion { ApiKey = one.Api.Key, MinVersion = one.Min, MaxVersion = one.Max })] },
        };
        if (answer is null) return false;
        Framing.WriteResponse(writer, Apis.Find(header.ApiKey)!, answer, header.ApiVersion, header.CorrelationId);
        return true;
    }

    static (RequestHeader Header, object Request) Read(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame);
        var header = RequestHeader.Read(ref reader, out var api);
        var version = header.ApiVersion;
        return (header, api?.Key switch
        {
            0 => Produce.Request.Read(ref reader, version),
            1 => Fetch.Request.Read(ref reader, version),
            2 => ListOffsets.Request.Read(ref reader, version),
            3 => Metadata.Request.Read(ref reader, version),
            10 => FindCoordinator.Request.Read(ref reader, version),
            18 => ApiVersions.Request.Read(ref reader, version),
            22 => InitProducerId.Request.Read(ref reader, version),
            _ => throw new ProtocolException($"The null broker does not know API {header.ApiKey} version {version}."),
        });
    }

    static Produce.Response? Take(Produce.Request request)
    {
        var responses = new List<Produce.Response.TopicProduceResponse>();
        foreach (var asked in request.TopicData)
        {
            var topic = NullBroker.TopicOf(asked.Name);
            responses.Add(new()
            {
                Name = asked.Name,
                PartitionResponses =
                [
                    .. asked.PartitionData.Select(data => new Produce.Response.PartitionProduceResponse
                    {
                        Index = data.Index,
                        BaseOffset = topic.Partitions[data.Index].Append(data.Records!.Value.Span, topic.IsRelay),
                        LogStartOffset = 0,
                    }),
                ],
            });
        }

        return request.Acks == 0 ? null : new() { Responses = responses };
    }

    async ValueTask<Fetch.Response> ServeAsync(Fetch.Request request)
    {
        var waits = request.Topics.SelectMany(asked => asked.Partitions.Select(one => NullBroker.TopicOf(asked.Topic).Partitions[one.Partition].Grows)).ToArray();
        var answer = Gather(request, out var bytes);
        if (bytes > 0 || request.MaxWaitMs == 0) return answer;
        await Task.WhenAny([.. waits, Task.Delay(request.MaxWaitMs)]);
        return Gather(request, out _);
    }

    Fetch.Response Gather(Fetch.Request request, out int bytes)
    {
        var (used, room) = (0, request.MaxBytes);
        Fetch.Response.PartitionData Read(NullTopic topic, Fetch.Request.FetchPartition asked)
        {
            var (end, most) = (topic.EndOf(asked.Partition), Math.Min(asked.PartitionMaxBytes, room));
            ReadOnlyMemory<byte> records = default;
            if (asked.FetchOffset < end && room > 0)
            {
                if (topic.IsCanned)
                {
                    if (used == canned.Count) canned.Add([]);
                    // A buffer that another topic has filled holds other batches.
                    var own = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(canned);
                    records = topic.Serve(asked.FetchOffset, most, ref own[used++]);
                }
                else if (topic.IsRelay)
                {
                    records = topic.Partitions[asked.Partition].Read(asked.FetchOffset, most);
                }
            }

            room -= records.Length;
            return new() { PartitionIndex = asked.Partition, HighWatermark = end, LastStableOffset = end, LogStartOffset = 0, Records = records };
        }

        var responses = request.Topics.Select(asked => new Fetch.Response.FetchableTopicResponse
        {
            Topic = asked.Topic,
            Partitions = [.. asked.Partitions.Select(partition => Read(NullBroker.TopicOf(asked.Topic), partition))],
        }).ToList();
        bytes = request.MaxBytes - room;
        return new() { Responses = responses };
    }

    Metadata.Response Describe(Metadata.Request request) => new()
    {
        Brokers = [new() { NodeId = 1, Host = "127.0.0.1", Port = port }],
        ControllerId = 1,
        ClusterId = "null",
        Topics =
        [
            .. (request.Topics ?? []).Select(asked => new Metadata.Response.MetadataResponseTopic
            {
                Name = asked.Name,
                Partitions =
                [
                    .. Enumerable.Range(0, NullBroker.TopicOf(asked.Name!).Partitions.Length).Select(partition =>
                        new Metadata.Response.MetadataResponsePartition { PartitionIndex = partition, LeaderId = 1, LeaderEpoch = 0, ReplicaNodes = [1], IsrNodes = [1] }),
                ],
            }),
        ],
    };

    static ListOffsets.Response Find(ListOffsets.Request request) => new()
    {
        Topics =
        [
            .. request.Topics.Select(asked => new ListOffsets.Response.ListOffsetsTopicResponse
            {
                Name = asked.Name,
                Partitions =
                [
                    .. asked.Partitions.Select(partition => new ListOffsets.Response.ListOffsetsPartitionResponse
                    {
                        PartitionIndex = partition.PartitionIndex,
                        Offset = partition.Timestamp == -1 ? NullBroker.TopicOf(asked.Name).EndOf(partition.PartitionIndex) : 0,
                        LeaderEpoch = 0,
                    }),
                ],
            }),
        ],
    };
}
