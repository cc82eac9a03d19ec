namespace Samsa.ZooKeeper;

/// <summary>One request on a connection, from the moment it is asked until its answer is known.</summary>
/// <param name="request">What is asked.</param>
/// <param name="about">The path it is about, for people.</param>
abstract class Ask(IRequest request, string about)
{
    public IRequest Request => request;

    /// <summary>The path it is about, for people.</summary>
    public string About => about;

    /// <summary>What was asked, for people.</summary>
    public string Asked => $"{request.Api.Name} {about}";

    /// <summary>Its number; the reply must have the same.</summary>
    public int Xid { get; set; }

    /// <summary>Takes the reply. Called where replies are read, so it must be short.</summary>
    /// <exception cref="ProtocolException">The body makes no sense.</exception>
    public abstract void Answer(ZooKeeperError error, long zxid, ReadOnlyMemory<byte> body);

    /// <summary>There will be no reply.</summary>
    public abstract void Fail(Exception error);

    protected static TResponse ReadBody<TResponse>(ReadOnlyMemory<byte> body)
        where TResponse : IMessage<TResponse>
    {
        var reader = new WireReader(body);
        return TResponse.Read(ref reader, 0);
    }
}
