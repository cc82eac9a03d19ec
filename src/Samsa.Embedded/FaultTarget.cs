using Samsa.Embedded.Answers;
using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Wire;

namespace Samsa.Embedded;

/// <summary>The requests that a fault is to meet: whose they are, and whether they are applied first. Ends in what happens to them.</summary>
/// <remarks>What is said here changes nothing until the sentence ends in one of the verbs: Answer, Change, Delay, Hold, Drop, Close …</remarks>
public sealed record FaultTarget
{
    readonly EmbeddedFaults owner;

    internal FaultTarget(EmbeddedFaults owner) => this.owner = owner;

    internal ApiKey? Api { get; init; }

    internal int? Times { get; init; }

    internal int? Broker { get; init; }

    internal string? ClientId { get; init; }

    internal bool IsApplied { get; init; }

    internal Func<EmbeddedRequest, bool>? Predicate { get; init; }

    /// <summary>Only requests to one broker.</summary>
    public FaultTarget On(int broker) => this with { Broker = broker };

    /// <summary>Only requests of clients that call themselves so.</summary>
    public FaultTarget From(string clientId) => this with { ClientId = clientId };

    /// <summary>Only requests for which a predicate holds. It runs in the broker, once a request, and should not wait for anything.</summary>
    /// <param name="predicate">Given the request, whose content can be read; a second one is asked after the first.</param>
    public FaultTarget Where(Func<EmbeddedRequest, bool> predicate)
    {
        var first = Predicate;
        return this with { Predicate = first is null ? predicate : request => first(request) && predicate(request) };
    }

    /// <summary>
    /// The broker does what it was asked before the fault happens: with <see cref="Close()"/> the records are written and the
    /// client never hears of it.
    /// </summary>
    public FaultTarget Applied() => this with { IsApplied = true };

    /// <summary>The request is answered with an error, put wherever the answer of its API has a place for one.</summary>
    /// <exception cref="ArgumentException">No answer with an error is known for the API.</exception>
    public Fault Answer(ErrorCode error)
    {
        if (Api is { } api && !ErrorAnswers.Knows((short)api)) throw new ArgumentException($"Answers of {api} with an error are not known.");
        return Then(met =>
        {
            met.Write(met.Refuse(error));
            return new(Delivery.Whole);
        });
    }

    /// <summary>The request is answered with a message, spelt in the version in which it was asked.</summary>
    public Fault Answer(IMessage answer) => Then(met =>
    {
        met.Write(answer);
        return new(Delivery.Whole);
    });

    /// <summary>The request is answered with what a function makes of it.</summary>
    /// <typeparam name="TRequest">The request: <c>Produce.Request</c> for the API Produce.</typeparam>
    public Fault Answer<TRequest>(Func<TRequest, IMessage> answer)
        where TRequest : IMessage<TRequest>, IRequest => Then(met =>
        {
            met.Write(answer(met.Request.Read<TRequest>()));
            return new(Delivery.Whole);
        });

    /// <summary>Bytes are sent in place of an answer, as they are: they have to bring their own length and correlation id.</summary>
    public Fault AnswerBytes(ReadOnlyMemory<byte> bytes) => AnswerBytes(_ => bytes);

    /// <summary>Bytes are sent in place of an answer, as they are.</summary>
    /// <param name="bytes">Gives the bytes; <see cref="EmbeddedRequest.CorrelationId"/> is what an answer begins with behind its length.</param>
    public Fault AnswerBytes(Func<EmbeddedRequest, ReadOnlyMemory<byte>> bytes) => Then(met =>
    {
        met.Answer.WriteRaw(bytes(met.Request));
        return new(Delivery.Whole);
    });

    /// <summary>The request is applied, and its answer altered: brokers left out, offsets shifted, partitions named twice.</summary>
    /// <typeparam name="TResponse">The answer: <c>Metadata.Response</c> for the API Metadata.</typeparam>
    public Fault Change<TResponse>(Func<TResponse, TResponse> change)
        where TResponse : class, IMessage => Then(async met =>
        {
            if (await met.ApplyAsync().ConfigureAwait(false) is { } answer)
                met.Write(change(answer as TResponse ?? throw new InvalidOperationException($"The answer is no {typeof(TResponse)}.")));
            return Delivery.Whole;
        });

    /// <summary>The request is applied, and its answer tells the client to stay away for a while (quota).</summary>
    /// <param name="time">How long; whole milliseconds. Versions that cannot tell it do not.</param>
    public Fault Throttle(TimeSpan time) => Then(async met =>
    {
        if (await met.ApplyAsync().ConfigureAwait(false) is { } answer)
            met.Write(ThrottledAnswers.Of(answer, (int)Math.Clamp(time.TotalMilliseconds, int.MinValue, int.MaxValue)));
        return Delivery.Whole;
    });

    /// <summary>The request waits, by the clock of the options, and is then served as usual. Those behind it on its connection wait, too.</summary>
    public Fault Delay(TimeSpan time) => Then(async met =>
    {
        await Task.Delay(time, met.Asked.Options.Clock, met.Asked.Stopping).ConfigureAwait(false);
        met.Write(await met.ApplyAsync().ConfigureAwait(false));
        return Delivery.Whole;
    });

    /// <summary>
    /// The request waits until <see cref="Fault.Release"/> (or the end of the fault), and is then served as usual. Those behind it
    /// on its connection wait, too.
    /// </summary>
    public Fault Hold() => Then(async met =>
    {
        await met.Fault.Released.WaitAsync(met.Asked.Stopping).ConfigureAwait(false);
        met.Write(await met.ApplyAsync().ConfigureAwait(false));
        return Delivery.Whole;
    });

    /// <summary>The request is never answered; the connection stays open, and those behind it are served.</summary>
    public Fault Drop() => Then(_ => new(Delivery.Whole));

    /// <summary>The connection is closed without an answer.</summary>
    public Fault Close() => Then(_ => new(new Delivery { Ending = Ending.Close }));

    /// <summary>The request is applied, a part of its answer is sent, and the connection closed.</summary>
    /// <param name="bytes">How many bytes of the answer are sent, its four bytes of length included.</param>
    public Fault CloseAfter(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return Deliver(new Delivery { Bytes = bytes, Ending = Ending.Close });
    }

    /// <summary>The connection is torn down without an answer (TCP reset).</summary>
    public Fault Reset() => Then(_ => new(new Delivery { Ending = Ending.Reset }));

    /// <summary>The request is served as usual, but its answer comes in pieces.</summary>
    /// <param name="bytes">How many bytes at a time.</param>
    /// <param name="pause">How long nothing comes between two pieces, by the clock of the options.</param>
    public Fault InPieces(int bytes, TimeSpan pause = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        return Deliver(new Delivery { PieceBytes = bytes, Pause = pause });
    }

    /// <summary>Nothing happens to the request; it is counted and remembered, and can be awaited.</summary>
    public Fault Watch() => owner.Add(new Fault(owner, this, null));

    Fault Deliver(Delivery delivery) => Then(async met =>
    {
        met.Write(await met.ApplyAsync().ConfigureAwait(false));
        return delivery;
    });

    Fault Then(Func<FaultMeeting, ValueTask<Delivery>> act) => owner.Add(new Fault(owner, this, act));
}
