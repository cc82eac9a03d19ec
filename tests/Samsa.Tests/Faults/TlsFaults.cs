using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Samsa.Embedded;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Faults;

/// <summary>Handshakes that fail: what is said, to whom, and how often it is tried.</summary>
[TestFixture]
public sealed class TlsFaults
{
    static readonly TimeSpan LongStart = TimeSpan.FromHours(1);

    readonly Authority authority = new("Trusted"), stranger = new("Stranger");

    [OneTimeTearDown]
    public void Forget()
    {
        authority.Dispose();
        stranger.Dispose();
    }

    [Test]
    public async Task Records_of_all_sizes_go_both_ways_through_TLS_and_to_all_brokers_of_the_cluster()
    {
        await using var cluster = await EmbeddedKafka.StartAsync(3, new() { Certificate = authority.Issue("127.0.0.1"), MaxMessageBytes = 4 << 20 });
        cluster.CreateTopic("t", partitions: 3);
        await using var kafka = await Kafka.ConnectAsync(cluster.BootstrapServers.Split(',')[0], Trusting(authority) with { Produce = new() { RequestBytes = 4 << 20 } }).Soon();
        var random = new Random(14);
        var values = new int[200].Select((_, i) => i % 20 == 0 ? 3 << 20 : random.Next(0, 40_000)).Select(size =>
        {
            var bytes = new byte[size];
            random.NextBytes(bytes);
            return bytes;
        }).ToArray();

        await Task.WhenAll(values.Select((value, i) => kafka.Topics["t"].PublishAsync(new ProducerRecord(value) { Partition = i % 3 }))).Soon();

        var read = new List<(int Partition, byte[] Value)>();
        await foreach (var record in kafka.Topics["t"].AsAsyncEnumerable(new() { UntilEnd = true })) read.Add((record.Partition, record.Value.ToArray()));
        Assert.That(kafka.Brokers, Has.Count.EqualTo(3));
        foreach (var partition in new[] { 0, 1, 2 })
            Assert.That(
                read.Where(one => one.Partition == partition).Select(one => Convert.ToHexString(SHA256.HashData(one.Value))),
                Is.EqualTo(values.Where((_, i) => i % 3 == partition).Select(value => Convert.ToHexString(SHA256.HashData(value)))));
    }

    [Test]
    public async Task F014_An_authority_that_was_not_given_is_refused_at_once_with_its_name_and_what_to_give()
    {
        var sentence = await Refused(stranger.Issue("127.0.0.1"), Trusting(authority));
        Assert.That(sentence, Does.Contain("its authority is not trusted here: CN=Stranger").And.Contain("AuthoritiesFile, or ssl.ca.location"));
    }

    [Test]
    public async Task F014_An_authority_that_was_not_given_is_refused_by_what_the_system_trusts_too()
    {
        var sentence = await Refused(stranger.Issue("127.0.0.1"), new() { Tls = new() });
        Assert.That(sentence, Does.Contain("its authority is not trusted here: CN=Stranger"));
    }

    [Test]
    public async Task F014_An_expired_certificate_is_refused_at_once_with_its_days()
    {
        var expired = authority.Issue("127.0.0.1", fromDay: -9, toDay: -3);
        var sentence = await Refused(expired, Trusting(authority));
        Assert.That(sentence, Does.Contain($"it is good from {expired.NotBefore.ToUniversalTime():u} to {expired.NotAfter.ToUniversalTime():u} only"));
    }

    [TestCase("kafka.example", Description = "another host")]
    [TestCase("127.0.0.2", Description = "another address")]
    public async Task F014_A_certificate_of_another_host_is_refused_at_once_with_the_hosts_it_is_for(string host)
    {
        var sentence = await Refused(authority.Issue(host), Trusting(authority));
        Assert.That(sentence, Does.Contain($"it is for {host}, and not for 127.0.0.1"));
    }

    [Test]
    public async Task I077_An_address_that_stands_among_the_names_of_a_certificate_is_no_address_of_its_host()
    {
        var sentence = await Refused(authority.Issue("127.0.0.1", asName: true), Trusting(authority));
        Assert.That(sentence, Does.Contain("it is for 127.0.0.1 (as a name), and not for 127.0.0.1"));
    }

    [Test]
    public async Task I077_A_certificate_that_signed_itself_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var usable = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
        Assert.That(await Refused(usable, Trusting(authority)), Does.Contain("its authority is not trusted here: CN=127.0.0.1"));
    }

    [Test]
    public async Task F014_The_host_is_the_one_that_was_given_and_then_the_one_that_the_broker_is_known_by()
    {
        await using var cluster = await EmbeddedKafka.StartAsync(options: new() { Certificate = authority.Issue("localhost") });
        cluster.CreateTopic("t");
        await using var kafka = await Kafka.ConnectAsync($"localhost:{cluster.Brokers[0].Port}", Trusting(authority) with { Produce = new() { DeliveryTimeout = TimeSpan.FromSeconds(1) } }).Soon();
        var events = new List<KafkaEvent>();
        using var listening = kafka.Events.Subscribe(happened => { lock (events) events.Add(happened); });

        await kafka.Topics["t"].PublishAsync("x").ShouldThrow<PublishException>();

        lock (events)
            Assert.That(events.OfType<BrokerUnreachable>().Select(lost => lost.Error).OfType<TlsException>().Select(error => error.Message),
                Is.Not.Empty.And.All.Contains("it is for localhost, and not for 127.0.0.1"));
    }

    [Test]
    public async Task F014_A_broker_without_TLS_is_named_and_hears_not_a_word_in_plain_text()
    {
        await using var cluster = await EmbeddedKafka.StartAsync();
        var error = await Kafka.ConnectAsync(cluster.BootstrapServers, Trusting(authority) with { StartTimeout = LongStart }).ShouldThrow<NoBrokersAvailableException>();
        Assert.That(error.InnerException, Is.TypeOf<TlsException>());
        Assert.That(error.Message, Does.Contain("the broker does not speak TLS on this port"));
        Assert.That(cluster.Requests, Is.Empty);
    }

    [TestCase("485454502f312e3120343030204261642052657175657374", Description = "HTTP")]
    [TestCase("0000000800000001000000230000000000000000", Description = "an answer of Kafka")]
    public async Task F014_A_peer_that_answers_a_handshake_with_something_else_is_named(string hex)
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.SayAsync(hex);
            await Task.Delay(Timeout.Infinite);
        });
        var error = await Kafka.ConnectAsync(peer.Address, Trusting(authority) with { StartTimeout = LongStart }).ShouldThrow<NoBrokersAvailableException>();
        Assert.That(error.Message, Does.Contain("the broker does not speak TLS on this port"));
    }

    [Test]
    public async Task F014_A_handshake_that_does_not_end_ends_with_the_connect_timeout()
    {
        var clock = new TestClock();
        await using var peer = ScriptedPeer.Start(talk => Task.Delay(Timeout.Infinite));
        var options = Trusting(authority) with { Clock = clock };
        var began = clock.GetTimestamp();
        var opening = new Opening(options, new(clock)).OpenAsync(1, new("127.0.0.1", peer.Port), default);
        await clock.AdvanceUntilAsync(() => opening.IsCompleted, TimeSpan.FromMilliseconds(500));
        var error = await opening.ShouldThrow<ConnectionException>();
        Assert.That((error.IsTimeout, error.Message.Contains("handshake of TLS", StringComparison.Ordinal)), Is.EqualTo((true, true)));
        Assert.That(clock.GetElapsedTime(began), Is.GreaterThanOrEqualTo(options.ConnectTimeout));
    }

    [Test]
    public async Task F022_A_client_that_speaks_no_TLS_is_told_of_the_option_for_it()
    {
        await using var cluster = await EmbeddedKafka.StartAsync(options: new() { Certificate = authority.Issue("127.0.0.1") });
        var options = new KafkaOptions();
        var error = await new Opening(options, new(options.Clock)).OpenAsync(1, new("127.0.0.1", cluster.Brokers[0].Port), default).ShouldThrow<ConnectionException>();
        Assert.That(error.Message, Does.Contain("TLS").And.Contain("security.protocol=ssl"));
    }

    [Test]
    public async Task F014_A_broker_that_wants_a_certificate_lets_only_those_in_who_have_one_that_it_trusts()
    {
        await using var cluster = await EmbeddedKafka.StartAsync(options: new() { Certificate = authority.Issue("127.0.0.1"), ClientAuthorities = authority.AsCollection });

        var without = await Kafka.ConnectAsync(cluster.BootstrapServers, Trusting(authority) with { StartTimeout = LongStart }).ShouldThrow<NoBrokersAvailableException>();
        var unknown = await Kafka.ConnectAsync(cluster.BootstrapServers, Showing(stranger.Issue("me")) with { StartTimeout = LongStart }).ShouldThrow<NoBrokersAvailableException>();
        await using var known = await Kafka.ConnectAsync(cluster.BootstrapServers, Showing(authority.Issue("me"))).Soon();

        Assert.That(without.Message, Does.Contain("it probably wants a certificate of this client").And.Contain("ssl.certificate.location"));
        Assert.That(unknown.Message, Does.Contain("it probably does not accept the certificate of this client"));
        Assert.That((without.InnerException, unknown.InnerException), Is.EqualTo((without.InnerException as TlsException, unknown.InnerException as TlsException)));
        Assert.That(without.InnerException, Is.Not.Null);
        Assert.That(unknown.InnerException, Is.Not.Null);
        Assert.That(known.Brokers, Has.Count.EqualTo(1));

        KafkaOptions Showing(X509Certificate2 certificate)
        {
            var options = Trusting(authority);
            return options with { Tls = options.Tls! with { Certificate = certificate } };
        }
    }

    [Test]
    public async Task F014_A_running_client_tries_a_broker_whose_certificate_went_bad_without_haste_tells_each_try_and_goes_on_when_it_is_good_again()
    {
        var clock = new TestClock();
        var good = authority.Issue("127.0.0.1");
        var cluster = await EmbeddedKafka.StartAsync(options: new() { Certificate = good });
        // Another cluster in its place would be kept away from, whatever it shows.
        var same = new EmbeddedKafkaOptions { ClusterId = cluster.ClusterId, FirstPort = cluster.Brokers[0].Port };
        // The clock runs far ahead of a machine that has much to do: only the back-off shall see it.
        var patience = TimeSpan.FromHours(1);
        var options = Trusting(authority) with { Clock = clock, ConnectTimeout = patience, NegotiationTimeout = TimeSpan.FromMinutes(5), RequestTimeout = patience, AdminTimeout = patience };
        await using var kafka = await Kafka.ConnectAsync(cluster.BootstrapServers, options).Soon();
        var failed = 0;
        using var listening = kafka.Events.Subscribe(happened => { if (happened is BrokerUnreachable { Error: TlsException }) Interlocked.Increment(ref failed); });
        await cluster.DisposeAsync();

        await using (await EmbeddedKafka.StartAsync(options: same with { Certificate = stranger.Issue("127.0.0.1") }))
        {
            var began = clock.GetTimestamp();
            _ = kafka.Topics["t"].PublishAsync("x");
            await clock.AdvanceUntilAsync(() => clock.GetElapsedTime(began) > TimeSpan.FromMinutes(2) && failed > 10, TimeSpan.FromMilliseconds(200), most: 3000);
            // The back-off ends at a second with a fifth of jitter, and one broker has two uses here.
            Assert.That(failed, Is.LessThan(clock.GetElapsedTime(began).TotalSeconds * 2.5 + 10));
        }

        await using var back = await EmbeddedKafka.StartAsync(options: same with { Certificate = good });
        // A question may still join a try that the broker with the bad certificate answered.
        Task asking = kafka.ListTopicsAsync();
        await clock.AdvanceUntilAsync(Answered, TimeSpan.FromMilliseconds(20), most: 10_000);

        bool Answered()
        {
            if (asking.IsFaulted) asking = kafka.ListTopicsAsync();
            return asking.IsCompletedSuccessfully;
        }
    }

    async Task<string> Refused(X509Certificate2 certificate, KafkaOptions options)
    {
        await using var cluster = await EmbeddedKafka.StartAsync(options: new() { Certificate = certificate });
        var error = await Kafka.ConnectAsync(cluster.BootstrapServers, options with { StartTimeout = LongStart }).ShouldThrow<NoBrokersAvailableException>();
        Assert.That(error.InnerException, Is.TypeOf<TlsException>());
        Assert.That(cluster.Requests, Is.Empty);
        return error.Message;
    }

    static KafkaOptions Trusting(Authority authority) => new() { Tls = new() { Authorities = authority.AsCollection } };
}
