using System.Buffers.Binary;
using System.Net.Sockets;
using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Tests.Embedded;

/// <summary>A socket and the message types, nothing else: it knows no rules, so it can break all of them.</summary>
sealed class RawClient : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly TcpClient tcp;
    int correlation;

    RawClient(TcpClient tcp) => this.tcp = tcp;

    public static Task<RawClient> ConnectAsync(EmbeddedBroker broker) => ConnectAsync(broker.Host, broker.Port);

    public static async Task<RawClient> ConnectAsync(string host, int port)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(host, port);
        return new RawClient(tcp);
    }

    /// <summary>Asks and waits for the answer.</summary>
    public async Task<TResponse> AskAsync<TResponse>(IRequest<TResponse> request, short version)
        where TResponse : IMessage<TResponse>
    {
        var id = await SendAsync(request, version);
        return await ReadAsync<TResponse>(request.Api, version, id);
    }

    /// <summary>Sends a request and does not wait.</summary>
    /// <returns>Its correlation id.</returns>
    public async Task<int> SendAsync(IRequest request, short version)
    {
        var writer = new WireWriter();
        Framing.WriteRequest(writer, request, version, ++correlation, "raw");
        await SendBytesAsync(writer.ToArray());
        return correlation;
    }

    public async Task<TResponse> ReadAsync<TResponse>(ApiDescription api, short version, int expected)
        where TResponse : IMessage<TResponse>
    {
        var frame = await ReadFrameAsync() ?? throw new EndOfStreamException($"The broker closed the connection instead of answering {api.Name} {version}.");
        Assert.That(Framing.ReadCorrelationId(frame), Is.EqualTo(expected), "answers come in the order of the questions");
        return Framing.ReadResponse<TResponse>(frame, api, version);
    }

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes) => await tcp.GetStream().WriteAsync(bytes);

    /// <summary>A header with nothing behind it.</summary>
    public Task SendHeaderAsync(short key, short version, params byte[] body)
    {
        var frame = new byte[4 + 8 + 2 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(4), key);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(6), version);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8), ++correlation);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(12), -1);
        body.CopyTo(frame, 14);
        return SendBytesAsync(frame);
    }

    /// <summary>The next frame without its length; null when the broker closed the connection.</summary>
    /// <param name="patience">After which nothing came, and null is given as well; null to fail then.</param>
    public async Task<ReadOnlyMemory<byte>?> ReadFrameAsync(TimeSpan? patience = null)
    {
        using var late = new CancellationTokenSource(patience ?? Patience);
        var length = new byte[4];
        try
        {
            if (await tcp.GetStream().ReadAtLeastAsync(length, 4, throwOnEndOfStream: false, late.Token) < 4) return null;
            var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await tcp.GetStream().ReadExactlyAsync(frame, late.Token);
            return frame;
        }
        catch (IOException)
        {
            return null; // cut: reset by the broker
        }
        catch (OperationCanceledException) when (patience is not null)
        {
            return null;
        }
    }

    /// <summary>Whether the broker closes the connection without another word.</summary>
    public async Task<bool> IsClosedAsync() => await ReadFrameAsync() is null;

    public async Task<Produce.Response.PartitionProduceResponse> ProduceAsync(
        string topic, ReadOnlyMemory<byte> records, int partition = 0, short version = 9, short acks = -1, Guid id = default) =>
        (await AskAsync(ProduceRequest(topic, records, partition, acks, id), version)).Responses[0].PartitionResponses[0];

    public static Produce.Request ProduceRequest(
        string topic, ReadOnlyMemory<byte> records, int partition = 0, short acks = -1, Guid id = default) => new()
        {
            Acks = acks,
            TimeoutMs = 1000,
            TopicData = [new() { Name = topic, TopicId = id, PartitionData = [new() { Index = partition, Records = records }] }],
        };

    public async Task<Fetch.Response.PartitionData> FetchAsync(
        string topic, long offset, int partition = 0, short version = 12, int maxWait = 0, int minBytes = 1, int maxBytes = 1 << 20,
        sbyte isolation = 0, int epoch = -1) =>
        (await AskAsync(FetchRequest(topic, offset, partition, maxWait, minBytes, maxBytes, isolation, epoch), version)).Responses[0].Partitions[0];

    public static Fetch.Request FetchRequest(
        string topic, long offset, int partition = 0, int maxWait = 0, int minBytes = 1, int maxBytes = 1 << 20, sbyte isolation = 0, int epoch = -1) => new()
        {
            MaxWaitMs = maxWait,
            MinBytes = minBytes,
            MaxBytes = 50 << 20,
            IsolationLevel = isolation,
            Topics = [new() { Topic = topic, Partitions = [new() { Partition = partition, FetchOffset = offset, PartitionMaxBytes = maxBytes, CurrentLeaderEpoch = epoch }] }],
        };

    public async Task<ListOffsets.Response.ListOffsetsPartitionResponse> ListOffsetAsync(
        string topic, long time, int partition = 0, short version = 7, sbyte isolation = 0)
    {
        var request = new ListOffsets.Request
        {
            ReplicaId = -1,
            IsolationLevel = isolation,
            Topics = [new() { Name = topic, Partitions = [new() { PartitionIndex = partition, Timestamp = time, MaxNumOffsets = 10 }] }],
        };
        return (await AskAsync(request, version)).Topics[0].Partitions[0];
    }

    public void Dispose() => tcp.Dispose();
}
