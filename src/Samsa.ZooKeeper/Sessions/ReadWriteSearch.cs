using System.Text;

namespace Samsa.ZooKeeper;

/// <summary>Looks for a server that takes writes, while the session is at one that does not.</summary>
static class ReadWriteSearch
{
    static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Asks the servers in turn, less and less often, until one says that it takes writes.</summary>
    public static async Task<ServerAddress> FindAsync(IReadOnlyList<ServerAddress> servers, ZooKeeperOptions options, CancellationToken ct)
    {
        for (var pause = First; ; pause = pause * 2 < Longest ? pause * 2 : Longest)
        {
            await Task.Delay(pause, options.Clock, ct).ConfigureAwait(false);
            foreach (var server in servers)
                if (await TakesWritesAsync(server, options, ct).ConfigureAwait(false))
                    return server;
        }
    }

    static async Task<bool> TakesWritesAsync(ServerAddress server, ZooKeeperOptions options, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(First, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            var stream = await Dialling.DialAsync(server, options.Tls, both.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync("isro"u8.ToArray(), both.Token).ConfigureAwait(false);
                var answer = new byte[2];
                await stream.ReadExactlyAsync(answer, both.Token).ConfigureAwait(false);
                return Encoding.ASCII.GetString(answer) is "rw";
            }
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            // Whatever is wrong with it, it is not the one that is looked for.
            return false;
        }
    }
}
