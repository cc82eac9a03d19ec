namespace Samsa.ZooKeeper;

/// <summary>
/// A session at a ZooKeeper ensemble. Connections that are lost are replaced by others, a session that is over by a new one; what is
/// watched and held goes on through all of it.
/// </summary>
/// <remarks>
/// Requests are sent in the order in which they are asked as long as there is a connection, and wait for one otherwise. One that was sent when the
/// connection was lost fails with <see cref="ZooKeeperException.IsOutcomeUnknown"/> and is not sent again.
/// <para>The session has two threads of its own, which call nobody: observers and those who await are called on the thread pool. So however long they
/// block, and even when no thread of the pool is left, the session is kept.</para>
/// </remarks>
public sealed partial class ZooKeeperClient : IAsyncDisposable
{
    readonly ConnectString where;
    readonly WatchTable watches;
    readonly SessionLoop loop;

    /// <summary>Begins to connect, and does not wait for it.</summary>
    /// <param name="connectString">The servers, and the node that all paths begin at: <c>host:2181,host:2181/chroot</c>.</param>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="FormatException">The connect string is none; the message says why.</exception>
    public ZooKeeperClient(string connectString, ZooKeeperOptions? options = null)
    {
        where = ConnectString.Parse(connectString);
        Options = options ?? new();
        watches = new(where.Chroot, Options);
        loop = new(where.Servers, watches, Options);
    }

    /// <summary>How it behaves.</summary>
    public ZooKeeperOptions Options { get; }

    /// <summary>The node that all paths begin at; empty for the root. It need not exist: what is below it does not exist then, either.</summary>
    public string Chroot => where.Chroot;

    /// <summary>The session, as it is now.</summary>
    public ZkSession Session => loop.Now;

    /// <summary>
    /// The states of the session: hot, begins with the present one. An observer that is very slow misses states in between, never the newest.
    /// It fails when the servers do not believe who we are, and completes when the client is disposed; everything else heals.
    /// </summary>
    public IObservable<ZkSession> Sessions => loop.States;

    internal int WatchCount => watches.Count;

    /// <summary>Connects.</summary>
    /// <param name="connectString">The servers, and the node that all paths begin at: <c>host:2181,host:2181/chroot</c>.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="FormatException">The connect string is none; the message says why.</exception>
    /// <exception cref="ZooKeeperException">No server could be reached within <see cref="ZooKeeperOptions.ConnectTimeout"/>.</exception>
    public static async Task<ZooKeeperClient> ConnectAsync(string connectString, ZooKeeperOptions? options = null, CancellationToken ct = default)
    {
        var client = new ZooKeeperClient(connectString, options);
        try
        {
            await client.ArriveAsync(ct).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the session, and with it its ephemeral nodes. What is watched completes.</summary>
    public async ValueTask DisposeAsync() => await loop.DisposeAsync().ConfigureAwait(false);

    /// <summary>Ends as a process that is killed does: the session, and what goes with it, stays until its time is over.</summary>
    internal async ValueTask AbandonAsync() => await loop.EndAsync(saysFarewell: false).ConfigureAwait(false);

    async Task ArriveAsync(CancellationToken ct)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = Sessions.Subscribe(new Listener<ZkSession>(
            session =>
            {
                if (session.IsConnected) arrived.TrySetResult();
            },
            error => arrived.TrySetException(error ?? new ObjectDisposedException(nameof(ZooKeeperClient)))));
        try
        {
            await arrived.Task.WaitAsync(Options.ConnectTimeout, Options.Clock, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw loop.Questions.NotReached($"Connect {string.Join(',', where.Servers)}{where.Chroot}");
        }
    }

    ValueTask<TResult> AskAsync<TResponse, TResult>(
        IRequest<TResponse> request, string path, Func<Ask, Reply<TResponse>, TResult> understand, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
    {
        if (ct.IsCancellationRequested) return ValueTask.FromCanceled<TResult>(ct);
        var question = new Question<TResponse, TResult>(request, path, understand);
        question.StopWith(ct);
        loop.Questions.Ask(question);
        return question.Answered;
    }

    string Full(string path) => watches.Full(Paths.Checked(path));

    string Below(string fullPath) =>
        where.Chroot.Length == 0 || !fullPath.StartsWith(where.Chroot, StringComparison.Ordinal) ? fullPath
        : fullPath.Length == where.Chroot.Length ? "/"
        : fullPath[where.Chroot.Length..];
}
