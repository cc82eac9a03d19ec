using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Samsa.ZooKeeper;

namespace Samsa.Tests.ZooKeeper;

[TestFixture("3.4.6")]
[TestFixture("3.4.10")]
[TestFixture("3.8.4")]
[TestFixture(Debian)]
[TestFixture(Embedded)]
public sealed class OperationTests(string version) : ServerTests(version)
{
    [Test]
    public async Task A_node_is_created_read_written_and_deleted()
    {
        var path = $"{Base}/a";

        Assert.That(await Direct.CreateAsync(path, Bytes("one")), Is.EqualTo(path));
        Assert.That(Text(await Direct.GetAsync(path)), Is.EqualTo("one"));
        Assert.That((await Direct.SetAsync(path, Bytes("two"), 0)).Version, Is.EqualTo(1));
        Assert.That((await Direct.ExistsAsync(path))!.DataLength, Is.EqualTo(3));
        Assert.That((await Direct.GetChildrenAsync(Base))!.Names, Is.EqualTo(["a"]));
        await Direct.SyncAsync(path);
        await Direct.DeleteAsync(path, 1);

        Assert.That(await Direct.GetAsync(path), Is.Null);
        Assert.That(await Direct.ExistsAsync(path), Is.Null);
        Assert.That(await Direct.GetChildrenAsync(path), Is.Null);
        Assert.That(await Direct.GetAclAsync(path), Is.Null);
    }

    [Test]
    public async Task What_is_refused_says_why()
    {
        await Direct.CreateAsync($"{Base}/a");
        await Direct.CreateAsync($"{Base}/e", mode: ZkCreateMode.Ephemeral);
        await Direct.CreateAsync($"{Base}/a/b");

        Assert.That(await ErrorOf(async () => await Direct.CreateAsync($"{Base}/a")), Is.EqualTo(ZooKeeperError.NodeExists));
        Assert.That(await ErrorOf(async () => await Direct.CreateAsync($"{Base}/x/y")), Is.EqualTo(ZooKeeperError.NoNode));
        Assert.That(await ErrorOf(async () => await Direct.CreateAsync($"{Base}/e/y")), Is.EqualTo(ZooKeeperError.NoChildrenForEphemerals));
        Assert.That(await ErrorOf(async () => await Direct.SetAsync($"{Base}/a", Bytes("x"), 7)), Is.EqualTo(ZooKeeperError.BadVersion));
        Assert.That(await ErrorOf(async () => await Direct.DeleteAsync($"{Base}/a")), Is.EqualTo(ZooKeeperError.NotEmpty));
        Assert.That(await ErrorOf(async () => await Direct.DeleteAsync($"{Base}/x")), Is.EqualTo(ZooKeeperError.NoNode));
        Assert.That(await ErrorOf(async () => await Direct.SetAclAsync($"{Base}/a", [])), Is.EqualTo(ZooKeeperError.InvalidAcl));
    }

    [Test]
    public async Task Sequential_nodes_get_numbers_that_rise()
    {
        var first = await Direct.CreateAsync($"{Base}/n-", mode: ZkCreateMode.PersistentSequential);
        var second = await Direct.CreateAsync($"{Base}/n-", mode: ZkCreateMode.EphemeralSequential);

        Assert.That((first, second), Is.EqualTo(($"{Base}/n-0000000000", $"{Base}/n-0000000001")));
        Assert.That((await Direct.ExistsAsync(second))!.EphemeralOwner, Is.EqualTo(Direct.Session.Id));
    }

    [Test]
    public async Task Containers_times_to_live_and_stats_come_with_3_5()
    {
        if (!Knows35)
        {
            Assert.That(await ErrorOf(async () => await Direct.CreateAsync($"{Base}/c", mode: ZkCreateMode.Container)), Is.EqualTo(ZooKeeperError.Unimplemented));
            return;
        }

        Assert.That(await Direct.CreateAsync($"{Base}/c", mode: ZkCreateMode.Container), Is.EqualTo($"{Base}/c"));
        var created = await Direct.CreateWithStatAsync($"{Base}/s-", Bytes("abc"), ZkCreateMode.PersistentSequential);
        Assert.That((created.Path, created.Stat.DataLength), Is.EqualTo(($"{Base}/s-0000000001", 3)));
        // Servers have to be asked to allow them, and this one was not.
        Assert.That(await ErrorOf(async () => await Direct.CreateWithTtlAsync($"{Base}/t", Bytes(""), TimeSpan.FromMinutes(1))),
            Is.EqualTo(ZooKeeperError.Unimplemented));
    }

    [Test]
    public async Task Several_operations_are_done_together_or_not_at_all()
    {
        var path = $"{Base}/m";
        var done = await Direct.MultiAsync(
            [new ZkOperation.Create(path, null, ZkCreateMode.Ephemeral), new ZkOperation.Set(path, Bytes("v"), 0), new ZkOperation.Check(Base, 0)]);
        Assert.That((done[0].Path, done[1].Stat!.EphemeralOwner), Is.EqualTo((path, Direct.Session.Id)));

        var refused = await Assert.ThrowsAsync<ZooKeeperException>(async () => await Direct.MultiAsync(
            [new ZkOperation.Delete(path), new ZkOperation.Create($"{Base}/other", null), new ZkOperation.Set($"{Base}/none", Bytes("x"))]));
        Assert.Multiple(() =>
        {
            Assert.That(refused!.Error, Is.EqualTo(ZooKeeperError.NoNode));
            Assert.That(refused.Message, Does.Contain($"Set {Base}/none"));
        });
        Assert.That(await Direct.ExistsAsync(path), Is.Not.Null);
        Assert.That(await Direct.ExistsAsync($"{Base}/other"), Is.Null);
    }

    [Test]
    public async Task Who_says_who_he_is_is_let_in_also_on_the_next_connection()
    {
        using var proxy = new Proxy(Server.ConnectString);
        var known = await ConnectAsync(proxy.Address, Quick with { Auth = [ZkAuth.Digest("user", "pass")] });
        await known.CreateAsync($"{Base}/secret", Bytes("s"), acl: ZkAcl.Own);
        Assert.That((await known.GetAclAsync($"{Base}/secret"))!.Acl, Is.EqualTo([ZkAcl.Digest("user", "pass")]));
        Assert.That(await ErrorOf(async () => await Direct.GetAsync($"{Base}/secret")), Is.EqualTo(ZooKeeperError.NoAuth));

        using var sessions = new Recorder<ZkSession>(known.Sessions);
        proxy.CutNow();
        await sessions.SawAsync(session => session.State == ZkSessionState.Suspended);

        Assert.That(Text(await known.GetAsync($"{Base}/secret")), Is.EqualTo("s"));
        await known.SetAclAsync($"{Base}/secret", ZkAcl.Open);
        Assert.That(Text(await Direct.GetAsync($"{Base}/secret")), Is.EqualTo("s"));
    }

    [Test]
    public async Task Who_is_not_believed_has_no_session()
    {
        await using var wrong = new ZooKeeperClient(Server.ConnectString, Quick with { Auth = [new ZkAuth("nonsense", Bytes("x"))] });
        using var sessions = new Recorder<ZkSession>(wrong.Sessions);
        using var node = new Recorder<ZkNode?>(wrong.WatchNode("/"));

        Assert.That(await sessions.EndAsync(), Is.TypeOf<ZooKeeperException>().With.Property("Error").EqualTo(ZooKeeperError.AuthFailed));
        Assert.That(sessions.Last.State, Is.EqualTo(ZkSessionState.AuthFailed));
        Assert.That(await node.EndAsync(), Is.TypeOf<ZooKeeperException>());
        Assert.That(await ErrorOf(async () => await wrong.GetAsync("/")), Is.EqualTo(ZooKeeperError.AuthFailed));
    }

    [Test]
    public async Task Paths_begin_at_the_chroot()
    {
        var below = await ConnectAsync($"{Server.ConnectString}{Base}");

        Assert.That(await below.CreateAsync("/x-", mode: ZkCreateMode.PersistentSequential), Is.EqualTo("/x-0000000000"));
        Assert.That((await below.GetChildrenAsync("/"))!.Names, Is.EqualTo(["x-0000000000"]));
        Assert.That(await Direct.ExistsAsync($"{Base}/x-0000000000"), Is.Not.Null);
        Assert.That((await below.GetAsync("/"))!.Path, Is.EqualTo("/"));
    }

    [Test]
    public async Task Requests_are_answered_in_the_order_in_which_they_were_asked()
    {
        var path = $"{Base}/order";
        await Direct.CreateAsync(path);
        var writes = Enumerable.Range(0, 300).Select(i => Direct.SetAsync(path, Bytes($"{i}")).AsTask()).ToArray();
        var versions = (await Task.WhenAll(writes)).Select(stat => stat.Version);
        Assert.That(versions, Is.EqualTo(Enumerable.Range(1, 300)));
    }

    [Test]
    public async Task A_cancelled_request_delays_nobody()
    {
        using var cancel = new CancellationTokenSource();
        var read = Direct.GetAsync(Base, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await ((Task)read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.That(await Direct.GetAsync(Base), Is.Not.Null);
    }

    [Test]
    public async Task A_request_waits_for_a_connection_and_no_longer_than_allowed()
    {
        using var proxy = new Proxy(Server.ConnectString);
        var client = await ConnectAsync(proxy.Address, Quick with { ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        proxy.Block();
        await sessions.SawAsync(session => session.State == ZkSessionState.Suspended);
        Assert.That(await ErrorOf(async () => await client.GetAsync("/")), Is.EqualTo(ZooKeeperError.ConnectionLoss));

        proxy.Unblock();
        await sessions.BecomesAsync(session => session.State == ZkSessionState.Connected);
        Assert.That(await client.GetAsync("/"), Is.Not.Null);
    }

    [Test]
    public async Task TLS_is_spoken_and_who_is_not_trusted_is_not_spoken_to()
    {
        using var key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        var request = new CertificateRequest("CN=zookeeper", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        using var proxy = new Proxy(Server.ConnectString, certificate);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(certificate);

        var secret = await ConnectAsync(proxy.Address, Quick with { Tls = new() { CertificateChainPolicy = policy } });
        await secret.SetAsync(Base, new byte[100_000]);
        Assert.That((await secret.GetAsync(Base))!.Data.Length, Is.EqualTo(100_000));

        var distrusting = Quick with { Tls = new SslClientAuthenticationOptions(), ConnectTimeout = TimeSpan.FromMilliseconds(500) };
        var refused = await Assert.ThrowsAsync<ZooKeeperException>(() => ZooKeeperClient.ConnectAsync(proxy.Address, distrusting));
        Assert.That(refused!.Message, Does.Contain("TLS"));
    }
}
