using System.Threading.Tasks.Sources;

namespace Samsa.ZooKeeper;

/// <summary>What a server replied.</summary>
/// <param name="Error">Its error.</param>
/// <param name="Body">The answer; null when there was an error.</param>
readonly record struct Reply<TResponse>(ZooKeeperError Error, TResponse? Body)
    where TResponse : class
{
    /// <summary>The answer, when there is one.</summary>
    /// <exception cref="ZooKeeperException">There is none.</exception>
    public TResponse Demand(Ask ask) => Error == ZooKeeperError.Ok ? Body! : throw new ZooKeeperException(Error, ask.Asked);

    /// <summary>The answer; null for a node that does not exist.</summary>
    /// <exception cref="ZooKeeperException">There is another error.</exception>
    public TResponse? Seek(Ask ask) =>
        Error is ZooKeeperError.Ok or ZooKeeperError.NoNode ? Body : throw new ZooKeeperException(Error, ask.Asked);
}

/// <summary>A request that somebody waits for.</summary>
/// <param name="request">What is asked.</param>
/// <param name="about">The path it is about.</param>
abstract class Question(IRequest request, string about) : Ask(request, about)
{
    /// <summary>The line that it has a place in, and gives the place back to.</summary>
    public QuestionLine? Line { get; set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public abstract bool IsTold { get; }
}

/// <summary>A request that somebody waits for, and who waits: all that it takes is one object.</summary>
/// <param name="request">What is asked.</param>
/// <param name="about">The path it is about.</param>
/// <param name="understand">Makes of a reply what the asker wants, or throws; called where it is awaited.</param>
sealed class Question<TResponse, TResult>(
    IRequest<TResponse> request, string about, Func<Ask, Reply<TResponse>, TResult> understand)
    : Question(request, about), IValueTaskSource<TResult>
    where TResponse : class, IMessage<TResponse>
{
    // Whoever awaits it goes on elsewhere: the thread that reads replies belongs to nobody.
    ManualResetValueTaskSourceCore<Reply<TResponse>> told = new() { RunContinuationsAsynchronously = true };
    CancellationTokenRegistration cancellation;
    int isTold;

    /// <summary>The answer; awaited once.</summary>
    public ValueTask<TResult> Answered => new(this, told.Version);

    public override bool IsTold => Volatile.Read(ref isTold) != 0;

    /// <summary>Stops waiting when that is cancelled. To be called before it is asked.</summary>
    public void StopWith(CancellationToken ct)
    {
        if (!ct.CanBeCanceled) return;
        cancellation = ct.UnsafeRegister(
            static (question, ct) => ((Question<TResponse, TResult>)question!).Tell(default, new OperationCanceledException(ct)), this);
    }

    public override void Answer(ZooKeeperError error, long zxid, ReadOnlyMemory<byte> body)
    {
        var answer = error == ZooKeeperError.Ok ? ReadBody<TResponse>(body)
            // A multi that is refused says why in its body.
            : typeof(TResponse) == typeof(Multi.Response) && body.Length > 0 ? ReadBody<TResponse>(body)
            : null;
        Line?.Ended();
        Tell(new(error, answer), null);
    }

    public override void Fail(Exception error)
    {
        Line?.Ended();
        Tell(default, error);
    }

    public TResult GetResult(short token)
    {
        try
        {
            return understand(this, told.GetResult(token));
        }
        finally
        {
            // Or a token that lives on would keep every question that failed.
            cancellation.Dispose();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => told.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        told.OnCompleted(continuation, state, token, flags);

    void Tell(Reply<TResponse> reply, Exception? error)
    {
        if (Interlocked.Exchange(ref isTold, 1) != 0) return;
        if (error is null) told.SetResult(reply);
        else told.SetException(error);
    }
}
