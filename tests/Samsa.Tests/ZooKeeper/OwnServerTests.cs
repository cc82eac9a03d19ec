using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Samsa.ZooKeeper;

namespace Samsa.Tests.ZooKeeper;

/// <summary>What servers can only when they are asked to: nodes with a time to live, sessions without an ensemble, TLS.</summary>
[NonParallelizable]
public sealed class OwnServerTests
{
    static readonly ZooKeeperOptions Quick = new() { SessionTimeout = TimeSpan.FromSeconds(4), MaxBackoff = TimeSpan.FromMilliseconds(50) };

    [Test]
    public async Task A_node_goes_when_its_time_to_live_is_over()
    {
        await using var server = new OwnZooKeeper();
        await server.StartAsync(1, [], "-Dzookeeper.extendedTypesEnabled=true", "-Dznode.container.checkIntervalMs=200");
        await using var client = await ZooKeeperClient.ConnectAsync(server.ConnectString, Quick);

        var created = await client.CreateWithTtlAsync("/short-", "x"u8.ToArray(), TimeSpan.FromMilliseconds(300), isSequential: true);
        await client.CreateWithTtlAsync("/long", default, TimeSpan.FromHours(1));
        Assert.That((created.Path, created.Stat.DataLength, created.Stat.EphemeralOwner), Is.EqualTo(("/short-0000000000", 1, 0L)));

        using var seen = new Recorder<ZkNode?>(client.WatchNode(created.Path));
        await seen.BecomesAsync(node => node is null);
        Assert.That(await client.ExistsAsync("/long"), Is.Not.Null);
    }

    [Test]
    public async Task A_server_that_has_lost_its_ensemble_is_read_and_takes_no_writes()
    {
        await using var ensemble = new OwnZooKeeper();
        await ensemble.StartAsync(3, ["localSessionsEnabled=true", "localSessionsUpgradingEnabled=true"], "-Dreadonlymode.enabled=true");
        await using (var before = await ZooKeeperClient.ConnectAsync(ensemble.ConnectString, Quick)) await before.CreateAsync("/a", "1"u8.ToArray());

        ensemble.Kill(1);
        ensemble.Kill(2);
        await ensemble.UntilItSaysAsync(0, "Mode: read-only");
        await using var client = await ZooKeeperClient.ConnectAsync(ensemble.Addresses[0], Quick with { ReadOnlyAllowed = true });

        Assert.That(client.Session.State, Is.EqualTo(ZkSessionState.ConnectedReadOnly));
        using var seen = new Recorder<ZkNode?>(client.WatchNode("/a"));
        Assert.That((await seen.BecomesAsync(node => node is not null))!.Data.Length, Is.EqualTo(1));
        var refused = await Assert.ThrowsAsync<ZooKeeperException>(async () => await client.SetAsync("/a", "2"u8.ToArray()));
        Assert.That(refused!.Error, Is.EqualTo(ZooKeeperError.NotReadOnly));
        var unwilling = Quick with { ConnectTimeout = TimeSpan.FromSeconds(1) };
        var none = await Assert.ThrowsAsync<ZooKeeperException>(() => ZooKeeperClient.ConnectAsync(ensemble.Addresses[0], unwilling));
        Assert.That(none!.Error, Is.EqualTo(ZooKeeperError.ConnectionLoss));
    }

    [Test]
    public async Task The_secure_port_of_a_server_is_spoken_to()
    {
        await using var server = new OwnZooKeeper();
        using var certificate = Certificate();
        var store = Path.Combine(server.Folder, "server.p12");
        await File.WriteAllBytesAsync(store, certificate.Export(X509ContentType.Pkcs12, "secret"));
        var trusted = Path.Combine(server.Folder, "trusted.pem");
        await File.WriteAllTextAsync(trusted, certificate.ExportCertificatePem());
        var port = OwnZooKeeper.FreePorts(1)[0];
        await server.StartAsync(1,
            [
                $"secureClientPort={port.ToString(CultureInfo.InvariantCulture)}", "secureClientPortAddress=127.0.0.1",
                "serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory", "sslQuorum=false",
                $"ssl.keyStore.location={store}", "ssl.keyStore.password=secret", "ssl.keyStore.type=PKCS12",
                $"ssl.trustStore.location={trusted}", "ssl.trustStore.type=PEM", "ssl.clientAuth=need", "ssl.hostnameVerification=false",
            ]);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(certificate);
        using var own = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        var options = Quick with { Tls = new() { CertificateChainPolicy = policy, ClientCertificates = [own] } };

        await using var client = await ZooKeeperClient.ConnectAsync($"127.0.0.1:{port}", options);
        await client.CreateAsync("/a", new byte[200_000]);
        using var seen = new Recorder<ZkNode?>(client.WatchNode("/a"));
        Assert.That((await seen.BecomesAsync(node => node is not null))!.Data.Length, Is.EqualTo(200_000));
        // Who shows a certificate is somebody: the scheme x509 needs nothing else.
        await client.CreateAsync("/mine", acl: [new() { Permissions = ZkPermissions.All, Scheme = "x509", Id = "CN=zookeeper" }]);
        Assert.That(await client.GetAsync("/mine"), Is.Not.Null);
        await using var plain = await ZooKeeperClient.ConnectAsync(server.ConnectString, Quick);
        var refused = await Assert.ThrowsAsync<ZooKeeperException>(async () => await plain.GetAsync("/mine"));
        Assert.That(refused!.Error, Is.EqualTo(ZooKeeperError.NoAuth));
    }

    static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        var request = new CertificateRequest("CN=zookeeper", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
