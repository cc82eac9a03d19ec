using System.Diagnostics;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.ZooKeeper;

/// <summary>Another client, which nobody here wrote. Where it is not installed, our own goes alone.</summary>
static class Kazoo
{
    const string Script = """
        import sys
        from kazoo.client import KazooClient
        client = KazooClient(hosts=sys.argv[1])
        client.start()
        @client.DataWatch(sys.argv[2])
        def seen(data, stat):
            print("absent" if stat is None else "%d %s" % (stat.mzxid, data.decode()), flush=True)
        sys.stdin.read()
        client.stop()
        """;

    static readonly Lazy<Task<bool>> Installed = new(async () =>
        File.Exists("/usr/bin/python3") && (await Stranger.RunAsync("/usr/bin/python3", ["-c", "import kazoo"])).Exit == 0);

    /// <summary>Whether it is on this machine.</summary>
    public static Task<bool> IsInstalledAsync() => Installed.Value;

    /// <summary>Does something while a DataWatch of kazoo looks at a node, and waits until it has seen "the end" there.</summary>
    public static async Task BesideAsync(string servers, string path, Func<Task> doing)
    {
        if (!await IsInstalledAsync())
        {
            TestContext.Out.WriteLine("python3-kazoo is not installed, nobody else looks: apt-get install python3-kazoo");
            await doing();
            return;
        }

        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Script, servers, path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            List<string> seen = [];
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            // It has looked once before anything happens.
            seen.Add(await process.StandardOutput.ReadLineAsync(late.Token) ?? await process.StandardError.ReadToEndAsync(late.Token));
            await doing();
            while (!seen[^1].EndsWith(" the end", StringComparison.Ordinal))
                seen.Add(await process.StandardOutput.ReadLineAsync(late.Token) ?? throw new EndOfStreamException(string.Join('\n', seen)));
        }
        finally
        {
            process.Kill();
        }
    }
}
