namespace Samsa.ZooKeeper;

/// <summary>Values for many observers, each with a mailbox of its own; a new one begins with the value that is now.</summary>
/// <param name="most">How many values are kept for a slow observer; of more, the newest.</param>
/// <param name="failed">Told what an observer throws.</param>
sealed class Broadcast<T>(int most, Action<Exception>? failed) : IObservable<T>, IMailboxOwner<T>
    where T : class
{
    readonly Lock gate = new();
    Mailbox<T>[] mailboxes = [];
    T? latest;
    Exception? error;
    bool isEnded;

    /// <summary>The value that is now.</summary>
    public T? Latest
    {
        get
        {
            lock (gate) return latest;
        }
    }

    public Action<Exception>? ObserverFailed => failed;

    public void Post(T value)
    {
        lock (gate)
        {
            if (isEnded) return;
            latest = value;
            foreach (var mailbox in mailboxes) mailbox.Post(value);
        }
    }

    /// <summary>Ends it for everybody, with an error if there is one.</summary>
    public void End(Exception? why)
    {
        lock (gate)
        {
            if (isEnded) return;
            (isEnded, error) = (true, why);
            foreach (var mailbox in mailboxes) mailbox.End(why);
            mailboxes = [];
        }
    }

    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var mailbox = new Mailbox<T>(observer, this, most);
        lock (gate)
        {
            if (latest is not null) mailbox.Post(latest);
            if (isEnded) mailbox.End(error);
            else mailboxes = [.. mailboxes, mailbox];
        }

        return mailbox;
    }

    public void Leave(Mailbox<T> mailbox)
    {
        lock (gate) mailboxes = [.. mailboxes.Where(other => other != mailbox)];
    }
}
