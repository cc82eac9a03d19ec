namespace Samsa.Rx;

/// <summary>One request on a connection, from the moment it is asked until its answer is known.</summary>
abstract class Ask(IRequest request, short version, TimeSpan patience)
{
    // Nobody waits for the end of the write of most requests, so the source is made when somebody does.
    TaskCompletionSource? written;
    volatile bool abandoned;

    public IRequest Request => request;

    public short Version => version;

    /// <summary>How long the answer may take once the request is written.</summary>
    public TimeSpan Patience => patience;

    /// <summary>Whether an answer will come.</summary>
    public virtual bool IsAnswered => true;

    public int CorrelationId { get; set; }

    /// <summary>When patience ends, on the clock's timestamps.</summary>
    public long Deadline { get; set; }

    /// <summary>Whether bytes of it were given to the socket.</summary>
    public bool IsSent { get; set; }

    /// <summary>Whether nobody wants the answer any more. When it is not written yet, it need not be.</summary>
    public bool IsAbandoned => abandoned;

    /// <summary>Ends when the connection looks at the bytes of the request no longer. To be asked for before the request is queued.</summary>
    public Task Written => (written ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Abandon() => abandoned = true;

    public virtual void MarkWritten() => written?.TrySetResult();

    /// <summary>Reads the answer, or throws when the bytes make no sense.</summary>
    /// <returns>How long the broker wants silence.</returns>
    public abstract TimeSpan Read(ReadOnlyMemory<byte> frame);

    /// <summary>Ends the request well, with the answer that was read. Whoever waits for it goes on from here.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception error);
}

/// <summary>A request that is answered.</summary>
sealed class Ask<TResponse> : Ask
    where TResponse : IMessage<TResponse>
{
    readonly TaskCompletionSource<TResponse> answer;
    readonly CancellationToken cancelled;
    readonly CancellationTokenRegistration registration;
    TResponse? response;

    /// <param name="request">What is asked.</param>
    /// <param name="version">The version it is asked in.</param>
    /// <param name="patience">How long the answer may take once the request is written.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <param name="goesOnInReader">Whether who waits goes on at once where the answer was read, and not on a thread of his own.</param>
    public Ask(IRequest<TResponse> request, short version, TimeSpan patience, CancellationToken ct, bool goesOnInReader = false)
        : base(request, version, patience)
    {
        answer = new(goesOnInReader ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        cancelled = ct;
        // The answer of a cancelled request still comes, and is read and thrown away: the order of the others stays.
        if (ct.CanBeCanceled) registration = ct.UnsafeRegister(static ask => ((Ask<TResponse>)ask!).Cancel(), this);
    }

    public Task<TResponse> Answered => answer.Task;

    public override TimeSpan Read(ReadOnlyMemory<byte> frame)
    {
        response = Framing.ReadResponse<TResponse>(frame, Request.Api, Version);
        return Quiet.AskedFor(response, Version);
    }

    public override void Complete()
    {
        registration.Unregister();
        answer.TrySetResult(response!);
    }

    public override void Fail(Exception error)
    {
        registration.Unregister();
        if (!answer.TrySetException(error)) return;
        // Who does not look at it anymore (a cancelled wait, a disposed owner) must not bring the process an unobserved exception.
        _ = answer.Task.Exception;
    }

    void Cancel()
    {
        Abandon();
        answer.TrySetCanceled(cancelled);
    }
}

/// <summary>A request that is never answered: sent is all there is.</summary>
sealed class Tell(IRequest request, short version, TimeSpan patience) : Ask(request, version, patience)
{
    readonly TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Told => told.Task;

    public override bool IsAnswered => false;

    public override void MarkWritten()
    {
        base.MarkWritten();
        told.TrySetResult();
    }

    public override TimeSpan Read(ReadOnlyMemory<byte> frame) => throw Unanswered;

    public override void Complete() => throw Unanswered;

    public override void Fail(Exception error)
    {
        if (told.TrySetException(error)) _ = told.Task.Exception;
    }

    static InvalidOperationException Unanswered => new("A request that is not answered was matched with an answer.");
}
