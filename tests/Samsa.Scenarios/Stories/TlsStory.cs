using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Samsa.Embedded;
using Samsa.Tests.Connections;

namespace Samsa.Scenarios.Stories;

/// <summary>All goes through TLS: ours against brokers of others, theirs against ours.</summary>
[TestFixture]
sealed class TlsStory
{
    [TestCase(false, TestName = "A_published_broker_takes_and_gives_records_through_TLS")]
    [TestCase(true, TestName = "A_published_broker_takes_and_gives_records_through_TLS_to_who_shows_a_certificate")]
    public async Task A_published_broker_takes_and_gives_records(bool shows)
    {
        await using var brokers = await RealKafka.StartAsync("4.3.1", null, brokers: 1, secure: true);
        var secure = brokers.Secure!;
        var files = new TlsOptions { AuthoritiesFile = secure.Authority };
        if (shows) files = files with { CertificateFile = secure.Certificate, KeyFile = secure.Key };
        var bootstrap = shows ? secure.Mtls : secure.Ssl;
        string[] settings = ["-X", "security.protocol=ssl", "-X", $"ssl.ca.location={secure.Authority}",
            .. shows ? ["-X", $"ssl.certificate.location={secure.Certificate}", "-X", $"ssl.key.location={secure.Key}"] : (string[])[]];

        await using (var kafka = await Kafka.ConnectAsync(bootstrap, new() { Tls = files }).Within(30, "connecting"))
        {
            await kafka.CreateTopicAsync("t", partitions: 3).Within(30, "creating a topic");
            Assert.That(kafka.Brokers.Select(broker => $"{broker.Host}:{broker.Port}"), Is.EqualTo([bootstrap]), "The cluster names the listener that was asked.");
            await GoesBothWaysAsync(kafka, bootstrap, settings);
        }

        // What only TLS 1.3 and Java bring: the refusal comes when we think that all is well.
        var error = await Assert.ThrowsAsync<NoBrokersAvailableException>(() => Kafka.ConnectAsync(secure.Mtls, new() { Tls = new() { AuthoritiesFile = secure.Authority } }).Within(20, "being refused"));
        Assert.That(error!.InnerException, Is.TypeOf<TlsException>());
        Assert.That(error.Message, Does.Contain("it probably wants a certificate of this client"));
    }

    [Test]
    public async Task Kcat_talks_to_brokers_in_the_process_through_TLS_and_shows_its_certificate()
    {
        using var authority = new Authority("Trusted");
        using var folder = new PemFolder();
        var kcat = authority.Issue("kcat");
        using var key = kcat.GetECDsaPrivateKey()!;
        var ca = folder.Write("ca.pem", authority.Certificate.ExportCertificatePem());
        string[] settings =
        [
            "-X", "security.protocol=ssl", "-X", $"ssl.ca.location={ca}", "-X", "ssl.endpoint.identification.algorithm=https",
            "-X", $"ssl.certificate.location={folder.Write("me.pem", kcat.ExportCertificatePem())}", "-X", $"ssl.key.location={folder.Write("me.key", key.ExportPkcs8PrivateKeyPem())}",
        ];
        await using var cluster = await EmbeddedKafka.StartAsync(options: new() { Certificate = authority.Issue("127.0.0.1"), ClientAuthorities = authority.AsCollection });
        cluster.CreateTopic("t", partitions: 3);

        await using var kafka = await Kafka.ConnectAsync(cluster.BootstrapServers, new() { Tls = new() { Authorities = authority.AsCollection, Certificate = authority.Issue("me") } });
        await GoesBothWaysAsync(kafka, cluster.BootstrapServers, settings);
    }

    static async Task GoesBothWaysAsync(Kafka kafka, string bootstrap, string[] settings)
    {
        // As large as one fetch may be, and smaller than anything.
        string[] ours = [.. Enumerable.Range(0, 2000).Select(i => $"{i}:{new string((char)('a' + i % 26), i % 100 == 0 ? 900_000 : i % 50)}")];
        await kafka.Topics["t"].PublishAsync(ours.Select(value => new ProducerRecord(value) { Partition = 0 })).Within(60, "writing");
        await KcatAsync(bootstrap, settings, "one\ntwo\nthree\n", "-P", "-t", "t", "-p", "1");

        var read = await KcatAsync(bootstrap, settings, null, "-C", "-t", "t", "-p", "0", "-o", "beginning", "-e", "-q");
        Assert.That(read.Lines.Select(Digest), Is.EqualTo(ours.Select(Digest)));
        var own = new List<string>();
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var record in kafka.Topics["t"].AsAsyncEnumerable(new() { UntilEnd = true, Partitions = [0, 1] }, late.Token))
            own.Add($"{record.Partition} {Digest(record.Text!)}");
        Assert.That(own.Order(), Is.EqualTo(ours.Select(value => $"0 {Digest(value)}").Concat(new[] { "one", "two", "three" }.Select(value => $"1 {Digest(value)}")).Order()));
    }

    static async Task<Spoken> KcatAsync(string bootstrap, string[] settings, string? input, params string[] arguments) =>
        (await Command.RunAsync(Command.Find("kcat", "kcat"), ["-b", bootstrap, .. settings, .. arguments], input)).Expected();

    static string Digest(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
