namespace Samsa.Benchmarks.Versus;

/// <summary>The other contestant: what <see cref="ZooKeeperRunner"/> does, in Python.</summary>
static class Kazoo
{
    public const string Script = """
        import sys, threading, time
        from kazoo.client import KazooClient
        hosts, case, last = sys.argv[1], sys.argv[2], sys.argv[3]
        nodes, changes, reads = int(sys.argv[4]), int(sys.argv[5]), int(sys.argv[6])
        client = KazooClient(hosts=hosts)
        client.start()
        def read(many):
            for one in [client.get_async("/race/%d" % (i % nodes)) for i in range(many)]: one.get()
        def go():
            print("ready", flush=True)
            sys.stdin.readline()
            return time.process_time()
        if case == "reads":
            read(reads // 10)
            cpu = go()
            read(reads)
            print("done", time.process_time() - cpu, reads, flush=True)
        else:
            mark, final = last.rsplit("-", 1)
            awaited = [b"%s-%d" % (mark.encode(), i) for i in (range(1, changes + 1) if case == "rounds" else [changes])]
            left, seen, lock, done = set(range(nodes)), [0], threading.Lock(), threading.Event()
            def watch(i):
                @client.DataWatch("/race/%d" % i)
                def changed(data, stat):
                    with lock:
                        seen[0] += 1
                        if not data in awaited[:1]: return
                        left.discard(i)
                        if left: return
                        awaited.pop(0)
                        left.update(range(nodes))
                        if case == "rounds": print("seen", flush=True)
                        if not awaited: done.set()
            for i in range(nodes): watch(i)
            cpu = go()
            seen[0] = 0
            done.wait()
            print("done", time.process_time() - cpu, seen[0], flush=True)
        sys.stdin.readline()
        client.stop()
        """;
}
