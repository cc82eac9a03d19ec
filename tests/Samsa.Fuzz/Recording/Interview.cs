using System.Net;
using System.Net.Sockets;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Fuzz.Recording;

/// <summary>Asks a broker everything there is to ask, in every version that it speaks.</summary>
sealed class Interview(string address)
{
    const string Topic = "interview";

    Guid topicId;

    public async Task HoldAsync()
    {
        for (var turn = 0; turn < 20 && topicId == default; turn++)
        {
            // The first asks for the topic, the later ones find it.
            var known = await AskAsync<Metadata.Response>(new Metadata.Request { Topics = [new() { Name = Topic }] }, 0);
            if (known?.Topics is [{ ErrorCode: ErrorCode.None }]) break;
            await Task.Delay(200);
        }

        var versions = await AskAsync<ApiVersions.Response>(new ApiVersions.Request(), 0);
        // Topics have ids in the later versions, which Metadata tells: so it is asked first.
        foreach (var api in Apis.Known.OrderBy(api => api != Metadata.Api))
        {
            // Those before 0.10 do not say what they speak, and close the connection on the question.
            var range = versions is null ? (Min: (short)0, Max: (short)(api.Key <= 3 ? 0 : -1)) : Range(versions, api);
            for (var version = Math.Max(range.Min, api.MinVersion); version <= Math.Min(range.Max, api.MaxVersion); version++)
                foreach (var question in new Questions(Topic, topicId).Of(api, version)) await AskAnyAsync(question, version);
        }
    }

    static (short Min, short Max) Range(ApiVersions.Response versions, ApiDescription api) =>
        versions.ApiKeys.FirstOrDefault(one => one.ApiKey == api.Key) is { } found ? (found.MinVersion, found.MaxVersion) : ((short)0, (short)-1);

    async Task<T?> AskAsync<T>(IRequest<T> question, short version)
        where T : class, IMessage<T> =>
        await AskAnyAsync(question, version) is { } frame ? Framing.ReadResponse<T>(frame, question.Api, version) : null;

    async Task<ReadOnlyMemory<byte>?> AskAnyAsync(IRequest question, short version)
    {
        var writer = new WireWriter();
        // A broker that does not like a question closes the connection: each has one of its own.
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            Framing.WriteRequest(writer, question, version, 7, "interview");
            await socket.ConnectAsync(IPEndPoint.Parse(address));
            await socket.SendAsync(writer.ToArray());
            var frame = await new FrameReader(socket).ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            if (frame is { } answer && question.Api == Metadata.Api && version >= 10) topicId = IdIn(answer, version);
            return frame;
        }
        catch (Exception refused) when (refused is UnwritableMessageException or SocketException or EndOfStreamException)
        {
            return null;
        }
    }

    Guid IdIn(ReadOnlyMemory<byte> answer, short version) =>
        Framing.ReadResponse<Metadata.Response>(answer, Metadata.Api, version).Topics.FirstOrDefault(topic => topic.Name == Topic)?.TopicId ?? topicId;
}
