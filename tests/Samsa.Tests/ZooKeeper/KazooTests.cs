using Samsa.Tests.Embedded;

namespace Samsa.Tests.ZooKeeper;

/// <summary>The recipes of a client that nobody here wrote, on the embedded server and on a published one.</summary>
[TestFixture("3.8.4")]
[TestFixture(Embedded)]
public sealed class KazooTests(string version) : ServerTests(version)
{
    const string Preamble = """
        import sys, threading, time
        from kazoo.client import KazooClient
        from kazoo.exceptions import BadVersionError, NodeExistsError, NoNodeError, RolledBackError, NoAuthError
        base = sys.argv[2]
        def connect(**more):
            client = KazooClient(hosts=sys.argv[1], timeout=6, **more)
            client.start()
            return client
        def until(true):
            late = time.time() + 20
            while not true():
                assert time.time() < late
                time.sleep(0.01)
        a, b = connect(), connect()

        """;

    [Test]
    public Task Nodes_are_created_read_written_and_deleted() => RunAsync("""
        assert a.server_version()[:2] == (3, 8)
        assert a.create(base + "/a/b/c", b"1", makepath=True) == base + "/a/b/c"
        data, stat = b.get(base + "/a/b/c")
        assert (data, stat.version, stat.ephemeralOwner) == (b"1", 0, 0)
        assert b.set(base + "/a/b/c", b"22", version=0).dataLength == 2
        try: b.set(base + "/a/b/c", b"3", version=0); assert False
        except BadVersionError: pass
        try: a.create(base + "/a"); assert False
        except NodeExistsError: pass
        children, stat = a.get_children(base + "/a", include_data=True)
        assert (children, stat.numChildren) == (["b"], 1)
        assert [a.create(base + "/s-", sequence=True)[-10:] for _ in range(3)] == ["0000000001", "0000000002", "0000000003"]
        a.create(base + "/e", ephemeral=True)
        assert b.exists(base + "/e").ephemeralOwner == a.client_id[0]
        a.stop()
        until(lambda: b.exists(base + "/e") is None)
        b.delete(base + "/a", recursive=True)
        assert b.exists(base + "/a") is None
        """);

    [Test]
    public Task Watches_tell_every_state_that_stays() => RunAsync("""
        seen, lists = [], []
        @a.DataWatch(base + "/w")
        def changed(data, stat): seen.append(data)
        a.create(base + "/list")
        @a.ChildrenWatch(base + "/list")
        def listed(names): lists.append(sorted(names))
        b.create(base + "/w", b"1"); until(lambda: seen[-1] == b"1")
        b.set(base + "/w", b"2"); until(lambda: seen[-1] == b"2")
        b.delete(base + "/w"); until(lambda: seen[-1] is None)
        assert seen == [None, b"1", b"2", None], seen
        b.create(base + "/list/x"); until(lambda: lists[-1] == ["x"])
        b.create(base + "/list/y"); until(lambda: lists[-1] == ["x", "y"])
        b.delete(base + "/list/x"); until(lambda: lists[-1] == ["y"])
        assert lists == [[], ["x"], ["x", "y"], ["y"]], lists
        """);

    [Test]
    public Task Locks_and_elections_let_one_in_at_a_time() => RunAsync("""
        inside, most, order = [0], [0], []
        def work(client, name):
            for _ in range(5):
                with client.Lock(base + "/lock", name):
                    inside[0] += 1; most[0] = max(most[0], inside[0]); order.append(name); time.sleep(0.002); inside[0] -= 1
        threads = [threading.Thread(target=work, args=(client, name)) for client, name in ((a, "a"), (b, "b"), (connect(), "c"))]
        for thread in threads: thread.start()
        for thread in threads: thread.join(30)
        assert (most[0], len(order)) == (1, 15), (most, order)

        led = []
        gate = threading.Event()
        first, second = a.Election(base + "/election", "a"), b.Election(base + "/election", "b")
        one = threading.Thread(target=first.run, args=(lambda: (led.append("a"), gate.wait(20)),)); one.start()
        until(lambda: led == ["a"])
        two = threading.Thread(target=second.run, args=(lambda: led.append("b"),)); two.start()
        until(lambda: len(second.contenders()) == 2)
        assert led == ["a"]
        gate.set(); one.join(20); two.join(20)
        assert led == ["a", "b"]
        """);

    [Test]
    public Task A_transaction_is_done_as_a_whole_or_not_at_all() => RunAsync("""
        t = a.transaction()
        t.create(base + "/t", b"1"); t.set_data(base + "/t", b"2"); t.check(base + "/t", version=1); t.create(base + "/t/c", ephemeral=True)
        results = t.commit()
        assert results[0] == base + "/t" and results[1].version == 1 and results[3] == base + "/t/c", results
        t = a.transaction()
        t.delete(base + "/t/c"); t.create(base + "/t"); t.create(base + "/u")
        results = t.commit()
        assert isinstance(results[0], RolledBackError) and isinstance(results[1], NodeExistsError), results
        assert a.exists(base + "/t/c") is not None and a.exists(base + "/u") is None
        """);

    [Test]
    public Task Secrets_are_kept() => RunAsync("""
        from kazoo.security import make_digest_acl
        known = connect(auth_data=[("digest", "user:pass")])
        known.create(base + "/secret", b"s", acl=[make_digest_acl("user", "pass", all=True)])
        try: a.get(base + "/secret"); assert False
        except NoAuthError: pass
        assert known.get(base + "/secret")[0] == b"s"
        assert known.get_acls(base + "/secret")[0][0].id.id.startswith("user:")
        """);

    async Task RunAsync(string script)
    {
        var python = Stranger.Find("/usr/bin/python3", "apt-get install python3 python3-kazoo");
        if (!await Kazoo.IsInstalledAsync()) Assert.Ignore("python3-kazoo is not installed: apt-get install python3-kazoo");
        // A script that failed would wait for the threads of its clients for ever, so it ends by force.
        const string End = """

                print("fine")
            except BaseException:
                import traceback
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            import os
            os._exit(0)
            """;
        var guarded = $"{Preamble}try:\n    {script.ReplaceLineEndings("\n    ")}\n{End}";
        var (output, error, _) = await Stranger.RunAsync(python, ["-c", guarded, Server.ConnectString, Base]);
        Assert.That(output.Trim(), Is.EqualTo("fine"), error);
    }
}
