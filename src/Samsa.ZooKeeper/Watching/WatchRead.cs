namespace Samsa.ZooKeeper;

/// <summary>
/// Reads something and watches it. Reading a node that does not exist leaves no watch, so then it is asked whether it exists, which does;
/// when it exists by now it is read again. Used over and over, one reading at a time.
/// </summary>
/// <param name="table">Who owns what is watched.</param>
/// <param name="watched">What is watched.</param>
/// <param name="request">What reads it.</param>
/// <param name="fullPath">Its path, from the root.</param>
/// <param name="seen">Takes the answer, null for a node that does not exist, and the last transaction that the server knew.</param>
sealed class WatchRead<TResponse>(
    WatchTable table, Watched watched, IRequest<TResponse> request, string fullPath, Action<TResponse?, long> seen) : Ask(request, fullPath)
    where TResponse : class, IMessage<TResponse>
{
    ExistsRead? exists;

    public override void Answer(ZooKeeperError error, long zxid, ReadOnlyMemory<byte> body)
    {
        if (error == ZooKeeperError.Ok)
        {
            var answer = ReadBody<TResponse>(body);
            table.Seen(watched, () => seen(answer, zxid));
        }
        else if (error == ZooKeeperError.NoNode) table.Again(watched, exists ??= new(this));
        else table.Refused(watched, error, Asked);
    }

    public override void Fail(Exception error) => table.Failed(watched, error);

    sealed class ExistsRead(WatchRead<TResponse> read) : Ask(new Exists.Request { Path = read.FullPath, Watch = true }, read.FullPath)
    {
        public override void Answer(ZooKeeperError error, long zxid, ReadOnlyMemory<byte> body)
        {
            if (error == ZooKeeperError.Ok) read.Table.Again(read.Watched, read);
            else if (error == ZooKeeperError.NoNode) read.Table.Seen(read.Watched, () => read.Seen(null, zxid));
            else read.Table.Refused(read.Watched, error, Asked);
        }

        public override void Fail(Exception error) => read.Fail(error);
    }

    string FullPath { get; } = fullPath;

    WatchTable Table => table;

    Watched Watched => watched;

    Action<TResponse?, long> Seen => seen;
}
