using System.Text;

namespace Samsa.ZooKeeper;

/// <summary>Looks for a server that takes writes, while the session is at one that does not.</summary>
sealed class ReadWriteSearch : IDisposable
{
    static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    readonly IReadOnlyList<ServerAddress> servers;
    readonly ZooKeeperOptions options;
    readonly Action found;
    readonly CancellationTokenSource stopped = new();
    readonly Thread searching;

    /// <summary>Asks the servers in turn, less and less often, until one says that it takes writes.</summary>
    /// <param name="servers">Where to look.</param>
    /// <param name="options">How to connect.</param>
    /// <param name="found">Called when one was found, from a thread of its own.</param>
    public ReadWriteSearch(IReadOnlyList<ServerAddress> servers, ZooKeeperOptions options, Action found)
    {
        (this.servers, this.options, this.found) = (servers, options, found);
        searching = new(Search) { IsBackground = true, Name = "ZooKeeper, looking for a server that takes writes" };
        searching.UnsafeStart();
    }

    /// <summary>The server that was found, if one was.</summary>
    public ServerAddress? Found { get; private set; }

    public void Dispose()
    {
        stopped.Cancel();
        searching.Join();
        stopped.Dispose();
    }

    void Search()
    {
        for (var pause = First; !stopped.Token.WaitHandle.WaitOne(pause); pause = pause * 2 < Longest ? pause * 2 : Longest)
            foreach (var server in servers)
                if (TakesWrites(server))
                {
                    Found = server;
                    found();
                    return;
                }
    }

    bool TakesWrites(ServerAddress server)
    {
        try
        {
            using var line = Dialling.Dial(server, options.Tls, new Deadline(First, options.Clock, stopped.Token).Left);
            line.Stream.Write("isro"u8);
            Span<byte> answer = stackalloc byte[2];
            line.Stream.ReadExactly(answer);
            return Encoding.ASCII.GetString(answer) is "rw";
        }
        catch (Exception)
        {
            // Whatever is wrong with it, it is not the one that is looked for.
            return false;
        }
    }
}
