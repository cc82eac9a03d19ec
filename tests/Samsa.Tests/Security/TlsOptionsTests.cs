using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Samsa.Embedded;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Security;

[TestFixture]
public sealed class TlsOptionsTests
{
    static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    [Test]
    public void Settings_are_taken_by_the_names_of_librdkafka_in_any_order()
    {
        var options = Parse(("ssl.ca.location", "ca.pem"), ("ssl.key.password", "secret"), ("security.protocol", "SSL"), ("ssl.certificate.location", "me.pem"),
            ("ssl.key.location", "me.key"), ("enable.ssl.certificate.verification", "true"), ("ssl.endpoint.identification.algorithm", "https"));
        Assert.That(options.Tls, Is.EqualTo(new TlsOptions { AuthoritiesFile = "ca.pem", CertificateFile = "me.pem", KeyFile = "me.key", KeyPassword = "secret" }));
    }

    [Test]
    public void The_protocol_decides_and_without_it_a_setting_of_TLS_means_TLS() =>
        Assert.Multiple(() =>
        {
            Assert.That(Parse().Tls, Is.Null);
            Assert.That(Parse(("security.protocol", "ssl")).Tls, Is.EqualTo(new TlsOptions()));
            Assert.That(Parse(("ssl.ca.location", "ca.pem")).Tls, Is.EqualTo(new TlsOptions { AuthoritiesFile = "ca.pem" }));
            Assert.That(Parse(("security.protocol", "plaintext"), ("ssl.ca.location", "ca.pem")).Tls, Is.Null);
        });

    [Test]
    public void The_same_names_are_for_ZooKeeper_when_they_begin_with_it() =>
        Assert.Multiple(() =>
        {
            Assert.That(Parse(("zookeeper.ssl.client.enable", "true")).ZooKeeperTls, Is.EqualTo(new TlsOptions()));
            Assert.That(Parse(("zookeeper.ssl.ca.location", "ca.pem")).ZooKeeperTls, Is.EqualTo(new TlsOptions { AuthoritiesFile = "ca.pem" }));
            Assert.That(Parse(("zookeeper.ssl.ca.location", "ca.pem")).Tls, Is.Null);
            Assert.That(Parse(("ssl.ca.location", "ca.pem")).ZooKeeperTls, Is.Null);
            Assert.That(Parse(("zookeeper.ssl.client.enable", "false"), ("zookeeper.ssl.ca.location", "ca.pem")).ZooKeeperTls, Is.Null);
            Assert.That(() => Parse(("zookeeper.ssl.ca.locaton", "x")), Throws.ArgumentException.With.Message.Contains("Did you mean zookeeper.ssl.ca.location?"));
        });

    [TestCase("enable.ssl.certificate.verification", "false", "it can only be true. Give the certificate of the brokers' authority with ssl.ca.location instead.")]
    [TestCase("ssl.endpoint.identification.algorithm", "none", "it can only be https: a broker's certificate must name the host it is reached at.")]
    [TestCase("ssl.endpoint.identification.algorithm", "", "it can only be https: a broker's certificate must name the host it is reached at.")]
    [TestCase("security.protocol", "sasl_ssl", "SASL is not supported yet; it can be plaintext or ssl.")]
    [TestCase("security.protocol", "tls", "it can be plaintext or ssl.")]
    public void What_would_make_it_worth_nothing_is_refused(string name, string value, string why) =>
        Assert.That(() => Parse((name, value)), Throws.TypeOf<FormatException>().With.Message.EqualTo($"{name} is \"{value}\": {why}"));

    [Test]
    public void The_password_is_shown_nowhere() =>
        Assert.That(new KafkaOptions { Tls = new() { KeyFile = "me.key", KeyPassword = "hush" } }.ToString(), Does.Contain("me.key").And.Contain("[hidden]").And.Not.Contain("hush"));

    [TestCase(null)]
    [TestCase("hush")]
    public async Task Authorities_certificates_and_keys_are_read_from_PEM_files(string? password)
    {
        using var authority = new Authority("Trusted");
        using var folder = new PemFolder();
        var own = authority.Issue("me");
        using var key = own.GetECDsaPrivateKey()!;
        var options = new TlsOptions
        {
            AuthoritiesFile = folder.Write("ca.pem", authority.Certificate.ExportCertificatePem()),
            CertificateFile = folder.Write("me.pem", own.ExportCertificatePem() + "\n" + authority.Certificate.ExportCertificatePem()),
            KeyFile = folder.Write("me.key", password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, Encryption)),
            KeyPassword = password,
        };
        await using var cluster = await EmbeddedKafka.StartAsync(options: new() { Certificate = authority.Issue("127.0.0.1"), ClientAuthorities = authority.AsCollection });

        await using var kafka = await Kafka.ConnectAsync(cluster.BootstrapServers, new() { Tls = options }).Soon();
        Assert.That(kafka.Brokers, Has.Count.EqualTo(1));

        if (password is null) return;
        await Says(options with { KeyPassword = "wrong" }, "me.key (ssl.key.location) cannot be used");
    }

    [Test]
    public async Task A_file_that_cannot_be_used_is_named_with_its_setting_before_anything_is_connected_to()
    {
        using var folder = new PemFolder();
        var empty = folder.Write("empty.pem", "nothing\n");
        await Says(new() { AuthoritiesFile = empty }, "empty.pem (ssl.ca.location) has no certificate in PEM form in it");
        await Says(new() { AuthoritiesFile = "/nowhere/ca.pem" }, "/nowhere/ca.pem (ssl.ca.location) cannot be used");
        await Says(new() { CertificateFile = "/nowhere/me.pem" }, "/nowhere/me.pem (ssl.certificate.location) cannot be used");
        await Says(new() { KeyFile = empty }, "A private key is of no use without its certificate");
    }

    [Test]
    public void A_certificate_without_its_key_is_refused()
    {
        using var authority = new Authority("Trusted");
        using var bare = X509CertificateLoader.LoadCertificate(authority.Issue("me").RawData);
        Assert.That(() => new TlsOptions { Certificate = bare }, Throws.ArgumentException.With.Message.Contains("no private key"));
        Assert.That(() => new EmbeddedKafkaOptions { Certificate = bare }, Throws.ArgumentException.With.Message.Contains("no private key"));
    }

    static async Task Says(TlsOptions options, string sentence) =>
        Assert.That((await Kafka.ConnectAsync("127.0.0.1:1", new() { Tls = options }).ShouldThrow<TlsException>()).Message, Does.Contain(sentence));

    static KafkaOptions Parse(params (string Name, string Value)[] settings) =>
        KafkaOptions.Parse(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)));
}
