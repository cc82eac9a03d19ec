using System.Net.Sockets;
using System.Threading.Channels;

namespace Samsa.Rx;

/// <summary>
/// One connection to one broker. Requests are written one behind the other without waiting for answers; a broker answers in the
/// order it was asked, so the queue of those who wait is all there is to match them.
/// </summary>
/// <remarks>
/// One loop reads; whoever asks while nobody writes writes. Closing, for whatever reason, ends both and then fails everybody who still waits;
/// each is told whether its request may have been sent.
/// </remarks>
sealed partial class BrokerConnection : IAsyncDisposable
{
    /// <summary>More than this is not gathered before it is sent.</summary>
    const int Burst = 256 * 1024;

    /// <summary>More than this is not sent by who asks: he has better things to do than to copy it for the system.</summary>
    const int Little = 16 * 1024;

    readonly Dialled dialled;
    readonly Socket socket;
    readonly FrameReader incoming;
    readonly Outgoing outgoing;
    readonly KafkaOptions options;
    readonly KafkaEvents events;
    readonly ILogger log;
    readonly Channel<Ask> outbox;
    readonly SemaphoreSlim places;
    /// <summary>Held by who writes, and for ever once the connection has ended.</summary>
    readonly SemaphoreSlim writing = new(1, 1);
    readonly Waiting waiting = new();
    readonly Watchdog watchdog;
    readonly CancellationTokenSource closing = new();
    /// <summary>What is gathered to be sent; it belongs to who writes.</summary>
    readonly List<Ask> burst = [];
    int correlation;
    long quietUntil = long.MinValue;
    Ending? ending;

    /// <summary>Takes over a socket on which the versions are already negotiated.</summary>
    internal BrokerConnection(Dialled dialled, BrokerApis apis, int nodeId, KafkaOptions options, KafkaEvents events)
    {
        this.dialled = dialled;
        (socket, incoming, outgoing, correlation) = (dialled.Socket, dialled.Incoming, dialled.Outgoing, dialled.Correlation);
        (Address, Apis, NodeId, this.options, this.events) = (dialled.Address, apis, nodeId, options, events);
        log = options.LogOf("Connections");
        places = new(options.MaxRequestsWaiting);
        // Everybody in the outbox holds a place, so it is never full.
        outbox = Channel.CreateBounded<Ask>(new BoundedChannelOptions(options.MaxRequestsWaiting) { SingleReader = true });
        watchdog = new(this);
        Closed = RunAsync();
    }

    /// <summary>The node id of the broker; negative while it is not known.</summary>
    public int NodeId { get; internal set; }

    /// <summary>Where the broker listens.</summary>
    public BrokerAddress Address { get; }

    /// <summary>What the broker speaks.</summary>
    public BrokerApis Apis { get; }

    /// <summary>The broker, for people.</summary>
    public string Broker => NodeId >= 0 ? $"{NodeId} ({Address})" : Address.ToString();

    /// <summary>Where large answers get their memory. Only for those who take nothing out of an answer but records.</summary>
    public FramePool? Pool
    {
        set => incoming.Pool = value;
    }

    /// <summary>Whether nothing can be asked here any more.</summary>
    public bool IsClosed => ending is not null;

    /// <summary>Why it is closed; null while it is open.</summary>
    internal Ending? Ending => ending;

    /// <summary>Ends when the connection has ended and everybody knows it. Never fails.</summary>
    public Task Closed { get; }

    /// <summary>Whether the broker speaks that version of that API.</summary>
    public bool Speaks(short apiKey, short version) => Apis.Speaks(apiKey, version);

    /// <summary>The version in which the API is asked here: the highest that both sides speak.</summary>
    /// <param name="api">The API.</param>
    /// <param name="maxVersion">The highest that the caller wants.</param>
    /// <exception cref="UnsupportedApiException">There is none.</exception>
    public short VersionOf(ApiDescription api, short maxVersion = short.MaxValue) =>
        Apis.Highest(api, maxVersion) is >= 0 and var version ? version : throw Unsupported(api, maxVersion);

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="timeout">How long the answer may take once the request is written; null for <see cref="KafkaOptions.RequestTimeout"/>.</param>
    /// <param name="maxVersion">The highest version to ask in.</param>
    /// <param name="ct">Stops waiting. The connection goes on: the answer is thrown away when it comes.</param>
    /// <exception cref="ConnectionException">The connection was lost, or the answer did not come in time.</exception>
    /// <exception cref="UnsupportedApiException">The broker does not speak the API. Nothing was sent.</exception>
    public async Task<TResponse> AskAsync<TResponse>(
        IRequest<TResponse> request, TimeSpan? timeout = null, short maxVersion = short.MaxValue, CancellationToken ct = default)
        where TResponse : IMessage<TResponse>
    {
        var version = VersionOf(request.Api, maxVersion);
        await TakePlaceAsync(request, ct);
        var ask = new Ask<TResponse>(request, version, timeout ?? options.RequestTimeout, ct);
        Queue(ask);
        return await ask.Answered;
    }

    /// <summary>
    /// Puts a request in the line and returns as soon as it stands there: requests that are started one after the other are written
    /// in that order. Waits only while <see cref="KafkaOptions.MaxRequestsWaiting"/> others wait.
    /// </summary>
    /// <remarks>Who waits for the answer goes on where answers are read: what he does there must be short, or hold up nobody, and is no user's code.</remarks>
    /// <inheritdoc cref="AskAsync"/>
    public async ValueTask<Asked<TResponse>> StartAsync<TResponse>(
        IRequest<TResponse> request, TimeSpan? timeout = null, short maxVersion = short.MaxValue, CancellationToken ct = default)
        where TResponse : IMessage<TResponse>
    {
        var version = VersionOf(request.Api, maxVersion);
        await TakePlaceAsync(request, ct);
        var ask = new Ask<TResponse>(request, version, timeout ?? options.RequestTimeout, ct, goesOnInReader: true);
        var asked = new Asked<TResponse>(version, ask.Written, ask.Answered);
        Queue(ask);
        return asked;
    }

    /// <summary>Says something that is not answered (a produce request with acks 0). Ends when the bytes were given to the socket.</summary>
    /// <param name="request">What is said.</param>
    /// <param name="maxVersion">The highest version to say it in.</param>
    /// <param name="ct">Stops waiting for a place in the line; what has one is sent.</param>
    /// <exception cref="ConnectionException">The connection was lost before.</exception>
    /// <exception cref="UnsupportedApiException">The broker does not speak the API. Nothing was sent.</exception>
    public async ValueTask TellAsync(IRequest request, short maxVersion = short.MaxValue, CancellationToken ct = default)
    {
        var version = VersionOf(request.Api, maxVersion);
        await TakePlaceAsync(request, ct);
        var tell = new Tell(request, version, options.RequestTimeout);
        Queue(tell);
        await tell.Told;
    }

    /// <summary>Lets those who wait have their answers, and closes then. New requests are still taken until that moment.</summary>
    public void CloseWhenQuiet() => watchdog.CloseWhenQuiet();

    /// <summary>What came over it makes no sense to whoever asked: it is closed, and who still waits gets a <see cref="ConnectionException"/>.</summary>
    public void Distrust(ProtocolException error) => Broke(error);

    /// <summary>Closes now. Who still waits gets a <see cref="ConnectionException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        Close(new("it was closed on this side"));
        await Closed;
    }

    async ValueTask TakePlaceAsync(IRequest request, CancellationToken ct)
    {
        if (IsClosed) throw NotSent(request);
        if (places.Wait(0, CancellationToken.None))
        {
            if (!ct.IsCancellationRequested) return;
            places.Release();
            ct.ThrowIfCancellationRequested();
        }
        await places.WaitAsync(ct);
        // Everybody gives back a place when the connection closes, so this is also how those in the line learn of it.
        if (!IsClosed) return;
        places.Release();
        throw NotSent(request);
    }

    void Queue(Ask ask)
    {
        if (!outbox.Writer.TryWrite(ask)) End(ask);
        else if (writing.Wait(0, CancellationToken.None)) _ = WriteAsync();
    }

    UnsupportedApiException Unsupported(ApiDescription api, short maxVersion)
    {
        var ours = Math.Min(api.MaxVersion, maxVersion);
        return new(api.Name, Broker,
            $"It speaks versions {Apis.RangeOf(api.Key)} ({Apis.Learned}); this client speaks {api.MinVersion} to {ours}.");
    }

    ConnectionException NotSent(IRequest request) => (ending ?? new("it is closing")).Failure(this, request, sent: false);
}
