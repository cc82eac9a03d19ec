using System.Text;
using System.Text.Json;
using Samsa.Cli;
using Samsa.Cli.Zk;
using Samsa.Tests.Connections;
using Samsa.Tests.ZooKeeper;
using Samsa.ZooKeeper;

namespace Samsa.Tests.Cli;

/// <summary><c>samsa zk</c> at a published ZooKeeper.</summary>
[TestFixture, Parallelizable(ParallelScope.Self)]
public sealed class ZkTests
{
    static int bases;

    ZooKeeperClient client = null!;
    string root = "", server = "";

    [SetUp]
    public async Task Open()
    {
        server = (await RealZooKeeper.SharedAsync("3.8.4")).ConnectString;
        client = await ZooKeeperClient.ConnectAsync(server);
        root = $"/cli-{Environment.ProcessId}-{Interlocked.Increment(ref bases)}";
        await client.CreateAsync(root);
    }

    [TearDown]
    public async Task Close()
    {
        // There is none when the test was skipped.
        if (client is not null) await client.DisposeAsync();
    }

    [Test]
    public async Task Nodes_are_created_listed_read_written_and_deleted()
    {
        var created = await Zk("create", "/app/mode", "fast", "--recursive");
        var again = await Zk("create", "/app/mode", "fast");
        var numbered = await Zk("create", "/app/n-", "--sequential", "--json");
        var listed = await Zk("ls", "/app");
        var all = await Zk("ls", "--recursive", "--json");
        var got = await Zk("get", "/app/mode");
        var raw = await Zk("get", "/app/mode", "--raw");
        var set = await ZkReading("slow\nly", "set", "/app/mode", "--version", "0");
        var late = await Zk("set", "/app/mode", "x", "--version", "0");
        var described = await Zk("get", "/app/mode", "--json");
        var deleted = await Zk("delete", "/app");
        var gone = await Zk("rm", "/app", "-r");

        Assert.Multiple(() =>
        {
            Assert.That((created.Code, created.Output), Is.EqualTo((0, "/app/mode\n")), created.Error);
            Assert.That((again.Code, again.Output), Is.EqualTo((1, "")));
            Assert.That(again.Error, Does.StartWith("samsa: Create /app/mode: there is such a node already"));
            Assert.That(numbered.Output, Is.EqualTo("{\"path\":\"/app/n-0000000001\"}\n"));
            Assert.That(listed.Output, Is.EqualTo("mode\nn-0000000001\n"));
            Assert.That(all.Lines[0], Is.EqualTo("""{"path":"/app","name":"app"}"""));
            Assert.That(all.Lines, Has.Length.EqualTo(3));
            Assert.That((got.Output, raw.Output), Is.EqualTo(("fast\n", "fast")));
            Assert.That((set.Code, set.Error), Is.EqualTo((0, $"/app/mode has version 1 now.{Environment.NewLine}")));
            Assert.That(late.Code, Is.EqualTo(1));
            Assert.That(late.Error, Does.Contain("somebody else wrote the node"));
            Assert.That(described.Output, Does.StartWith("""{"path":"/app/mode","value":"slow\nly","version":1,"childrenVersion":0,"aclVersion":0,"created":"""));
            Assert.That(deleted.Code, Is.EqualTo(1));
            Assert.That(deleted.Error, Does.Contain("the node has children"));
            Assert.That((gone.Code, gone.Error), Is.EqualTo((0, $"/app is deleted, 3 nodes in all.{Environment.NewLine}")));
        });
        Assert.That((await client.GetChildrenAsync(root))!.Names, Is.Empty);
    }

    [Test]
    public async Task A_tree_is_drawn_with_what_its_nodes_hold()
    {
        foreach (var (path, text) in new[] { ("/a", ""), ("/a/x", "1"), ("/a/x/deep", "{\n}"), ("/a/y", "2"), ("/a-b", "3") })
            await client.CreateAsync(root + path, Encoding.UTF8.GetBytes(text));
        await client.CreateAsync($"{root}/b", new byte[] { 0xff, 0xfe }, ZkCreateMode.Ephemeral);

        Assert.That((await Zk("tree")).Output, Is.EqualTo("""
            /
            ├─ a
            │  ├─ x  1
            │  │  └─ deep  { }
            │  └─ y  2
            ├─ a-b  3
            └─ b  (ephemeral)  (2 bytes)

            """.ReplaceLineEndings("\n")));
        Assert.That((await Zk("tree", "/a", "--depth", "1")).Output, Is.EqualTo("/a\n├─ x  1  … 1 more node\n└─ y  2\n"));
        var json = (await Zk("tree", "--json")).Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.That(json.Select(node => node.GetProperty("path").GetString()), Is.EqualTo(["/", "/a", "/a/x", "/a/x/deep", "/a/y", "/a-b", "/b"]));
        Assert.That((json[^1].GetProperty("valueBase64").GetString(), json[^1].GetProperty("owner").GetString()),
            Is.EqualTo(("//4=", $"0x{client.Session.Id:x}")));
    }

    [Test]
    public async Task What_is_known_of_a_node_is_shown()
    {
        await client.CreateAsync($"{root}/a", "abc"u8.ToArray());
        var plain = await Zk("stat", "/a");
        var json = JsonDocument.Parse((await Zk("stat", "/a", "--json")).Output).RootElement;
        Assert.That(plain.Lines, Does.Contain("bytes\t3").And.Contains("owner\tnone").And.Contains("version\t0"));
        Assert.That((json.GetProperty("bytes").GetInt32(), json.GetProperty("owner").ValueKind), Is.EqualTo((3, JsonValueKind.Null)));
    }

    [Test]
    public async Task A_tree_is_watched_until_enough_was_seen()
    {
        await client.CreateAsync($"{root}/a", "1"u8.ToArray());
        await using var samsa = SamsaProcess.Start(null, Words("watch", "/", "--recursive", "--json", "--count", "4"));
        Assert.That(await samsa.LineAsync(), Does.EndWith(""","change":"snapshot","path":"/","exists":true,"nodes":2,"value":"","version":0}"""));
        await client.SetAsync($"{root}/a", "2"u8.ToArray());
        Assert.That(await samsa.LineAsync(), Does.Match("""^\{"at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","change":"changed","path":"/a","value":"2","version":1\}$"""));
        await client.CreateAsync($"{root}/b");
        Assert.That(await samsa.LineAsync(), Does.EndWith(""","change":"created","path":"/b","value":"","version":0}"""));
        await client.DeleteAsync($"{root}/a");
        Assert.That(await samsa.LineAsync(), Does.EndWith(""","change":"deleted","path":"/a"}"""));
        Assert.That((await samsa.FinishAsync()).Code, Is.Zero);
    }

    [Test]
    public async Task Watching_ends_by_Ctrl_C()
    {
        await using var samsa = SamsaProcess.Start(null, Words("watch", "/none"));
        Assert.That(await samsa.LineAsync(), Does.EndWith("snapshot  /none does not exist"));
        samsa.Signal(SamsaProcess.Sigint);
        Assert.That((await samsa.FinishAsync()).Code, Is.EqualTo(130));
    }

    [Test]
    public async Task The_shell_does_what_it_reads_in_one_session()
    {
        var finished = await ZkReading("""
            # a script
            create app
            cd app
            pwd
            create "a node" 'it''s "here"'
            create mine --ephemeral
            get "a node"
            ls
            ls ..
            stat mine --json
            cd ../..
            tree app
            exit
            get nonsense
            """);
        Assert.That(finished.Code, Is.Zero, finished.Error);
        var lines = finished.Lines;
        Assert.That(lines[..7], Is.EqualTo(["/app", "/app", "/app/a node", "/app/mine", "its \"here\"", "a node", "mine"]));
        Assert.That(lines[7], Is.EqualTo("app"));
        Assert.That(lines[8], Does.Contain("\"owner\":\"0x"));
        Assert.That(lines[9..], Is.EqualTo(["/app", "├─ a node  its \"here\"", "└─ mine  (ephemeral)"]));
        Assert.That(await client.ExistsAsync($"{root}/app/mine"), Is.Null, "It went with the session of the shell.");
    }

    [Test]
    public async Task A_script_ends_at_the_first_command_that_fails()
    {
        var failed = await ZkReading("create a\nget b\ncreate c\n");
        var wrong = await ZkReading("create a1\nget\ncreate c\n");
        Assert.Multiple(() =>
        {
            Assert.That((failed.Code, failed.Output), Is.EqualTo((1, "/a\n")));
            Assert.That(failed.Error, Does.StartWith("samsa: There is no node /b."));
            Assert.That((wrong.Code, wrong.Output), Is.EqualTo((2, "/a1\n")));
            Assert.That(wrong.Error, Does.Contain("'PATH'"));
        });
        Assert.That((await client.GetChildrenAsync(root))!.Names, Is.EqualTo(["a", "a1"]));
    }

    [Test]
    public async Task A_node_that_is_missing_is_said_to_be_so_however_it_is_listed([Values("ls /none", "ls /none --recursive", "tree /none", "get /none")] string words)
    {
        var finished = await Zk(words.Split(' '));
        Assert.That((finished.Code, finished.Output), Is.EqualTo((1, "")));
        Assert.That(finished.Error, Does.StartWith("samsa: There is no node /none."));
    }

    [Test]
    public async Task A_word_of_the_shell_that_begins_with_an_at_sign_is_a_word()
    {
        var finished = await ZkReading("create a @home\nset a @work\nget a\n");
        Assert.That((finished.Code, finished.Output), Is.EqualTo((0, "/a\n@work\n")), finished.Error);
    }

    [Test]
    public async Task Who_says_who_he_is_is_let_in()
    {
        await using (var owner = await ZooKeeperClient.ConnectAsync(server, new() { Auth = [ZkAuth.Digest("user", "pass")] }))
            await owner.CreateAsync($"{root}/secret", "s"u8.ToArray(), acl: ZkAcl.Own);
        Assert.That((await Zk("get", "/secret", "--auth", "user:pass")).Output, Is.EqualTo("s\n"));
        var refused = await Zk("get", "/secret");
        Assert.That((refused.Code, refused.Error), Is.EqualTo((1,
            $"samsa: GetData /secret: the access list of the node does not allow it. `samsa zk --auth user:password` says who you are.{Environment.NewLine}")));
    }

    [Test]
    public async Task The_secure_port_of_a_server_is_reached_with_the_settings_of_TLS()
    {
        using var authority = new Authority("Trusted");
        using var folder = new PemFolder();
        using var proxy = new Proxy(server, authority.Issue("127.0.0.1"));
        var trusted = folder.Write("ca.pem", authority.Certificate.ExportCertificatePem());

        var there = await SamsaProcess.RunAsync(proxy.Address, "", "zk", "ls", "/", "-X", $"zookeeper.ssl.ca.location={trusted}");
        var strange = await SamsaProcess.RunAsync(proxy.Address, "", "zk", "ls", "/", "-X", "zookeeper.ssl.client.enable=true", "--timeout", "3s");
        var missing = await SamsaProcess.RunAsync(proxy.Address, "", "zk", "ls", "/", "-X", "zookeeper.ssl.ca.location=/nowhere.pem");

        Assert.Multiple(() =>
        {
            Assert.That(there.Code, Is.Zero, there.Error);
            Assert.That(there.Lines, Does.Contain("zookeeper"));
            Assert.That((strange.Code, strange.Output), Is.EqualTo((1, "")));
            Assert.That(strange.Error, Does.Contain("TLS"));
            Assert.That((missing.Code, missing.Output), Is.EqualTo((1, "")));
            Assert.That(missing.Error, Does.StartWith("samsa: /nowhere.pem (ssl.ca.location) cannot be used"));
        });
    }

    [TestCase("zk ls", "Which ZooKeeper? Give it with -b zookeeper://host:2181, or in SAMSA_BOOTSTRAP.")]
    [TestCase("zk ls / -b zookeeper://h:x", "\"h:x\" is not the address of a ZooKeeper: the port is a number from 1 to 65535.")]
    [TestCase("zk get", "Required argument 'PATH' missing for command: 'get'.")]
    [TestCase("zk ls / -b h -X a=b", "There is no setting a.")]
    [TestCase("zk ls / -b h --auth me", "--auth me: it is user:password.")]
    [TestCase("zk nonsense", "nonsense is not a command; there are ls, tree, get, stat, create, set, delete, watch.")]
    public async Task Wrong_use_is_answered_with_what_to_do(string words, string sentence)
    {
        var finished = await SamsaProcess.RunAsync(null, "", words.Split(' '));
        Assert.That((finished.Code, finished.Error[..finished.Error.IndexOf(" See `", StringComparison.Ordinal)]), Is.EqualTo((2, $"samsa: {sentence}")));
    }

    [TestCase("create", "/e", "--ephemeral", "An ephemeral node would go as soon as the command has ended")]
    [TestCase("create", "/e", "--container", "--ttl", "1m", "A node is ephemeral, or a container, or has a time to live")]
    [TestCase("delete", "/", "The root cannot be deleted.")]
    [TestCase("delete", "/x", "-r", "--version", "1", "--version is that of one node")]
    [TestCase("get", "/x\u0001", "it has the character U+0001")]
    public async Task What_makes_no_sense_is_wrong_use(params string[] words)
    {
        var finished = await Zk(words[..^1]);
        Assert.That(finished.Code, Is.EqualTo(2), finished.Error);
        Assert.That(finished.Error, Does.Contain(words[^1]));
    }

    [Test]
    public async Task Nobody_there_is_a_failure_that_says_what_was_tried()
    {
        var finished = await SamsaProcess.RunAsync(null, "", "zk", "ls", "-b", "zookeeper://127.0.0.1:1", "--timeout", "300ms");
        Assert.That((finished.Code, finished.Error.Trim().Split('\n').Length), Is.EqualTo((1, 1)), finished.Error);
        Assert.That(finished.Error, Does.Contain("127.0.0.1:1"));
    }

    [TestCase("", new string[0])]
    [TestCase("  a  b\t c ", new[] { "a", "b", "c" })]
    [TestCase("a 'b c' \"d 'e\" f\\ g", new[] { "a", "b c", "d 'e", "f g" })]
    [TestCase("set x \"\"", new[] { "set", "x", "" })]
    [TestCase("'a\\b' \"a\\\"b\"", new[] { "a\\b", "a\"b" })]
    public void A_line_is_read_as_words(string line, string[] words) => Assert.That(ShellWords.Of(line), Is.EqualTo(words));

    [Test]
    public void A_quote_that_is_not_closed_is_refused() => Assert.That(() => ShellWords.Of("a 'b"), Throws.TypeOf<WrongUseException>());

    Task<Finished> Zk(params string[] words) => ZkReading("", words);

    Task<Finished> ZkReading(string input, params string[] words) => SamsaProcess.RunAsync($"zookeeper://{server}{root}", input, ["zk", .. words]);

    string[] Words(params string[] words) => ["zk", .. words, "-b", $"{server}{root}"];
}
