using Samsa.Protocol.Messages;

namespace Samsa.Protocol;

/// <summary>What stands before every question: header version 1, or 2 where the API is flexible.</summary>
/// <param name="ApiKey">The number of the API.</param>
/// <param name="ApiVersion">The version that body and header are spelt in.</param>
/// <param name="CorrelationId">What the answer will begin with.</param>
/// <param name="ClientId">Who asks, for the logs and quotas of the broker.</param>
public readonly record struct RequestHeader(short ApiKey, short ApiVersion, int CorrelationId, string? ClientId)
{
    /// <summary>The bytes that every header begins with: key, version and correlation id.</summary>
    const int FixedBytes = 8;

    /// <summary>Writes the header.</summary>
    /// <param name="writer">Where to; left in the dialect of the body.</param>
    /// <param name="flexible">Whether the version of the API is flexible.</param>
    public void Write(WireWriter writer, bool flexible)
    {
        writer.WriteInt16(ApiKey);
        writer.WriteInt16(ApiVersion);
        writer.WriteInt32(CorrelationId);
        // The client id kept its old spelling in header 2, so that any broker can read the beginning of any header.
        writer.Flexible = false;
        writer.WriteNullableString(ClientId, nameof(ClientId));
        writer.Flexible = flexible;
        if (flexible) writer.WriteTagCount(0);
    }

    /// <summary>Reads a header; that of an unknown API only as far as all headers agree, without client id and tags.</summary>
    /// <param name="reader">Where from; left in the dialect of the body.</param>
    /// <param name="api">The API that is asked; null when it is not declared here, or not in this version.</param>
    /// <exception cref="ProtocolException">The bytes are not a header.</exception>
    public static RequestHeader Read(ref WireReader reader, out ApiDescription? api)
    {
        if (reader.Remaining < FixedBytes)
            throw new ProtocolException(
                "A request is shorter than its header", reader.Position, reader.Position + reader.Remaining);
        reader.Flexible = false;
        var header = new RequestHeader(reader.ReadInt16(), reader.ReadInt16(), reader.ReadInt32(), null);
        api = Apis.Find(header.ApiKey);
        if (api is null || header.ApiVersion < api.MinVersion || header.ApiVersion > api.MaxVersion)
        {
            api = null;
            return header;
        }

        header = header with { ClientId = reader.ReadNullableString(nameof(ClientId)) };
        reader.Flexible = api.IsFlexible(header.ApiVersion);
        if (reader.Flexible) reader.SkipTags();
        return header;
    }
}

/// <summary>Whole frames: length, header and body.</summary>
public static class Framing
{
    /// <summary>Writes a question with its header and length.</summary>
    /// <exception cref="UnwritableMessageException">The message cannot be spelt in the version.</exception>
    public static void WriteRequest(
        WireWriter writer, IRequest request, short version, int correlationId, string? clientId)
    {
        var api = request.Api;
        var frame = writer.BeginFrame();
        new RequestHeader(api.Key, version, correlationId, clientId).Write(writer, api.IsFlexible(version));
        request.Write(writer, version);
        writer.EndFrame(frame);
    }

    /// <summary>Writes an answer with its header and length.</summary>
    /// <exception cref="UnwritableMessageException">The message cannot be spelt in the version.</exception>
    public static void WriteResponse(
        WireWriter writer, ApiDescription api, IMessage response, short version, int correlationId)
    {
        var frame = writer.BeginFrame();
        writer.WriteInt32(correlationId);
        if (HasTags(api, version)) writer.WriteTagCount(0);
        response.Write(writer, version);
        writer.EndFrame(frame);
    }

    /// <summary>Reads the correlation id that every answer begins with.</summary>
    /// <exception cref="ProtocolException">The frame is too short.</exception>
    public static int ReadCorrelationId(ReadOnlyMemory<byte> frame) => new WireReader(frame).ReadInt32("CorrelationId");

    /// <summary>Reads an answer; its header is read and its correlation id passed over.</summary>
    /// <param name="frame">The frame without its length; fields of bytes stay slices of it.</param>
    /// <param name="api">The API that was asked.</param>
    /// <param name="version">The version it was asked in.</param>
    /// <param name="limits">What may be claimed at most.</param>
    /// <exception cref="ProtocolException">The bytes are not such an answer, or more than one.</exception>
    public static TResponse ReadResponse<TResponse>(
        ReadOnlyMemory<byte> frame, ApiDescription api, short version, WireLimits? limits = null)
        where TResponse : IMessage<TResponse>
    {
        var reader = new WireReader(frame, limits: limits);
        reader.ReadInt32("CorrelationId");
        if (HasTags(api, version)) reader.SkipTags();
        var response = TResponse.Read(ref reader, version);
        reader.ExpectEnd();
        return response;
    }

    // The answer to ApiVersions keeps header 0 for ever: who asks cannot know yet what the broker speaks (KIP-511).
    static bool HasTags(ApiDescription api, short version) => api.IsFlexible(version) && api.Key != ApiVersions.Api.Key;
}
