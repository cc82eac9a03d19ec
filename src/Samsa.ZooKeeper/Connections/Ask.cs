namespace Samsa.ZooKeeper;

/// <summary>One request on a connection, from the moment it is asked until its answer is known.</summary>
/// <param name="request">What is asked.</param>
/// <param name="about">The path it is about, for people.</param>
abstract class Ask(IRequest request, string about)
{
    public IRequest Request => request;

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

/// <summary>What a server replied.</summary>
/// <param name="Error">Its error.</param>
/// <param name="Zxid">The last transaction that it knew.</param>
/// <param name="Body">The answer; null when there was an error.</param>
readonly record struct Reply<TResponse>(ZooKeeperError Error, long Zxid, TResponse? Body)
    where TResponse : class;

/// <summary>A request that somebody waits for.</summary>
/// <param name="request">What is asked.</param>
/// <param name="about">The path it is about.</param>
/// <param name="places">Gets its place back when the request has ended.</param>
sealed class Ask<TResponse>(IRequest<TResponse> request, string about, SemaphoreSlim? places = null) : Ask(request, about)
    where TResponse : class, IMessage<TResponse>
{
    readonly TaskCompletionSource<Reply<TResponse>> answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Reply<TResponse>> Answered => answered.Task;

    public override void Answer(ZooKeeperError error, long zxid, ReadOnlyMemory<byte> body)
    {
        var answer = error == ZooKeeperError.Ok ? ReadBody<TResponse>(body)
            // A multi that is refused says why in its body.
            : typeof(TResponse) == typeof(Multi.Response) && body.Length > 0 ? ReadBody<TResponse>(body)
            : null;
        places?.Release();
        answered.TrySetResult(new(error, zxid, answer));
    }

    public override void Fail(Exception error)
    {
        places?.Release();
        // Who stopped waiting must not bring the process an unobserved exception.
        if (answered.TrySetException(error)) _ = answered.Task.Exception;
    }
}
