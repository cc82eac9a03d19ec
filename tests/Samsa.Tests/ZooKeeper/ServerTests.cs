using System.Text;
using Samsa.Embedded;
using Samsa.ZooKeeper;

namespace Samsa.Tests.ZooKeeper;

/// <summary>Clients of one server of some version, published or embedded, and a node of their own for each test.</summary>
public abstract class ServerTests(string version)
{
    /// <summary>The server inside the process, which needs nothing else and is never skipped. It behaves as 3.8.</summary>
    private protected const string Embedded = "embedded";

    /// <summary>The package of Debian: 3.8.0.</summary>
    private protected const string Debian = "debian";

    private protected static readonly ZooKeeperOptions Quick = new() { SessionTimeout = TimeSpan.FromSeconds(4), MaxBackoff = TimeSpan.FromMilliseconds(50) };

    static int bases;

    readonly List<IAsyncDisposable> opened = [];

    private protected Reached Server { get; private set; } = new("");

    /// <summary>A client that sees everything.</summary>
    private protected ZooKeeperClient Direct { get; private set; } = null!;

    /// <summary>The node of this test.</summary>
    private protected string Base { get; private set; } = "";

    private protected bool Knows35 => version is not ("3.4.6" or "3.4.10");

    [SetUp]
    public async Task Open()
    {
        Server = new(version switch
        {
            Embedded => Keep(await EmbeddedZooKeeper.StartAsync()).ConnectString,
            Debian => (await OwnZooKeeper.DebianAsync()).ConnectString,
            _ => (await RealZooKeeper.SharedAsync(version)).ConnectString,
        });
        Direct = await ConnectAsync();
        Base = $"/test-{Environment.ProcessId}-{Interlocked.Increment(ref bases)}";
        await Direct.CreateAsync(Base);
    }

    [TearDown]
    public async Task Close()
    {
        foreach (var one in Enumerable.Reverse(opened)) await one.DisposeAsync();
        opened.Clear();
    }

    private protected T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        opened.Add(one);
        return one;
    }

    private protected async Task<ZooKeeperClient> ConnectAsync(string? address = null, ZooKeeperOptions? options = null) =>
        Keep(await ZooKeeperClient.ConnectAsync(address ?? Server.ConnectString, options ?? Quick));

    /// <summary>A server, whoever runs it.</summary>
    private protected sealed record Reached(string ConnectString);

    private protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private protected static string? Text(ZkNode? node) => node is null ? null : Encoding.UTF8.GetString(node.Data.Span);

    private protected static async Task<ZooKeeperError> ErrorOf(Func<Task> doing)
    {
        try
        {
            await doing();
            return ZooKeeperError.Ok;
        }
        catch (ZooKeeperException error)
        {
            return error.Error;
        }
    }
}
