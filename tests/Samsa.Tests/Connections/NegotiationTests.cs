using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Wire;

namespace Samsa.Tests.Connections;

/// <summary>What happens on a connection before anything can be asked on it.</summary>
[TestFixture]
public sealed class NegotiationTests
{
    readonly List<BrokerConnection> opened = [];

    [TearDown]
    public async Task Close()
    {
        foreach (var connection in opened) await connection.DisposeAsync();
        opened.Clear();
    }

    [Test]
    public async Task I022_The_highest_version_that_both_speak_is_used()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync(Talk.Speaking((3, 0, 5), (1, 4, 99), (18, 0, 4)));
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);

        Assert.Multiple(() =>
        {
            Assert.That(peer.Heard.Single().Header.ApiVersion, Is.EqualTo(4));
            Assert.That(connection.VersionOf(Metadata.Api), Is.EqualTo(5));
            Assert.That(connection.VersionOf(Metadata.Api, maxVersion: 2), Is.EqualTo(2));
            Assert.That(connection.VersionOf(Fetch.Api), Is.EqualTo(Fetch.Api.MaxVersion));
            Assert.That(connection.Speaks(3, 6), Is.False);
            Assert.That(() => connection.VersionOf(Fetch.Api, maxVersion: 3), Throws.TypeOf<UnsupportedApiException>());
            Assert.That(() => connection.VersionOf(CreateTopics.Api),
                Throws.TypeOf<UnsupportedApiException>().With.Message.Contains("It speaks versions none"));
        });
    }

    [Test]
    public async Task I020_Ranges_that_cannot_be_are_passed_over_and_the_first_of_two_counts()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync(Talk.Speaking((3, 5, 2), (2, -3, 4), (-7, 0, 1), (32000, 0, 1), (0, 3, 9), (0, 0, 1)));
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);

        Assert.Multiple(() =>
        {
            Assert.That(() => connection.VersionOf(Metadata.Api), Throws.TypeOf<UnsupportedApiException>());
            Assert.That(() => connection.VersionOf(ListOffsets.Api), Throws.TypeOf<UnsupportedApiException>());
            Assert.That(connection.VersionOf(Produce.Api), Is.EqualTo(9));
        });
    }

    [Test]
    public async Task Kafka_4_is_not_believed_that_it_takes_old_produce_requests()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync(Talk.Speaking((0, 0, 13), (1, 4, 18)));
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);

        Assert.That(connection.Speaks(0, 2), Is.False);
        Assert.That(connection.Speaks(0, 3), Is.True);
    }

    [Test]
    public async Task A_refusal_that_names_the_range_leads_to_its_highest_version()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            // Error 35 in version 0: one entry, key 18 from 0 to 2.
            await talk.AnswerAsync(await talk.HearAsync(), "0023 00000001 0012 0000 0002");
            await talk.GreetAsync();
            await talk.HangUpAsync();
        });
        await OpenAsync(peer);

        Assert.That(peer.Heard.Select(heard => heard.Header.ApiVersion), Is.EqualTo(new short[] { 4, 2 }));
        Assert.That(peer.Connections, Is.EqualTo(1));
    }

    [TestCase("0023 00000000", Description = "as brokers before 2.4 refuse")]
    [TestCase("0023 01 0012 0000 0002 00000000", Description = "as librdkafka's mock broker refuses")]
    [TestCase("0023", Description = "with nothing at all")]
    public async Task A_refusal_without_a_range_leads_to_version_0(string refusal)
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.AnswerAsync(await talk.HearAsync(), refusal);
            await talk.GreetAsync();
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);

        Assert.That(peer.Heard.Select(heard => heard.Header.ApiVersion), Is.EqualTo(new short[] { 4, 0 }));
        Assert.That(connection.VersionOf(Metadata.Api), Is.EqualTo(13));
    }

    [Test]
    public async Task I021_A_broker_that_refuses_and_refuses_is_given_up()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            while (true) await talk.AnswerAsync(await talk.HearAsync(), "0023 00000001 0012 0000 0063");
        });

        var error = await OpenAsync(peer).ShouldThrow<ConnectionException>();
        Assert.That(error.InnerException, Is.TypeOf<ProtocolException>());
        Assert.That(peer.Heard, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task F013_A_broker_that_closes_on_the_question_and_on_ListGroups_is_Kafka_0_8_2()
    {
        await using var peer = ScriptedPeer.Start(Kafka082);
        var connection = await OpenAsync(peer);

        Assert.That(connection.Apis, Is.SameAs(BrokerApis.Kafka082));
        Assert.That(connection.VersionOf(Metadata.Api), Is.Zero);
        Assert.That(peer.Heard.Select(heard => (heard.Header.ApiKey, heard.Header.ApiVersion)),
            Is.EqualTo(new (short, short)[] { (18, 4), (18, 0), (16, 0), (3, 0) }));
    }

    [Test]
    public async Task A_broker_that_is_silent_on_the_question_and_answers_ListGroups_is_Kafka_0_9()
    {
        await using var peer = ScriptedPeer.Start(Kafka09);
        var connection = await OpenAsync(peer, new() { NegotiationTimeout = TimeSpan.FromMilliseconds(100) });

        Assert.That(connection.Apis, Is.SameAs(BrokerApis.Kafka09));
        Assert.That(connection.VersionOf(Fetch.Api), Is.EqualTo(1));
        Assert.That(peer.Heard.Select(heard => heard.Header.ApiKey), Is.EqualTo(new short[] { 18, 16 }), "The silent question is not repeated.");
    }

    [Test]
    public async Task A_broker_that_is_only_slow_is_not_taken_for_an_old_one()
    {
        var late = new TaskCompletionSource();
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            var heard = await talk.HearAsync();
            if (heard.Header.ApiKey == 18)
            {
                await late.Task;
                await talk.AnswerAsync(heard, Talk.Everything);
                await talk.HangUpAsync();
                return;
            }
            late.SetResult();
            await Task.Delay(200);
            await talk.AnswerAsync(heard, "0000 00000000");
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer, new() { NegotiationTimeout = TimeSpan.FromMilliseconds(100) });

        Assert.That(connection.Apis.IsGuess, Is.False);
    }

    [Test]
    public async Task A_broker_that_was_halted_and_answers_the_second_question_first_is_not_taken_for_an_old_one()
    {
        var clock = new TestClock();
        TaskCompletionSource awake = new(), later = new();
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            var heard = await talk.HearAsync();
            await (heard.Header.ApiKey is 18 ? later : awake).Task;
            if (heard.Header.ApiKey is 18) await talk.AnswerAsync(heard, Talk.Everything);
            else await talk.AnswerAsync(heard, "0000 00000000");
            await talk.HangUpAsync();
        });
        var opening = OpenAsync(peer, new() { Clock = clock, ConnectTimeout = TimeSpan.FromHours(1), IdleTimeout = TimeSpan.FromDays(1) });

        await clock.AdvanceUntilAsync(() => peer.Heard.Any(heard => heard.Header.ApiKey is 16), TimeSpan.FromSeconds(1));
        awake.SetResult();
        await Task.Delay(100);
        later.SetResult();

        Assert.That((await opening).Apis.IsGuess, Is.False);
    }

    [Test]
    public async Task Beside_a_broker_that_says_its_versions_one_that_does_not_is_believed_to_be_old_at_the_third_time()
    {
        var clock = new TestClock();
        await using var modern = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync(Talk.Everything);
            await talk.HangUpAsync();
        });
        await using var silent = ScriptedPeer.Start(Kafka09);
        var opening = new Opening(new() { Clock = clock, ConnectTimeout = TimeSpan.FromHours(1), IdleTimeout = TimeSpan.FromDays(1) }, new(clock));
        opened.Add(await opening.OpenAsync(1, new("127.0.0.1", modern.Port), default).Soon());

        for (var time = 0; time < 2; time++)
            Assert.That((await OpenSilentAsync().ShouldThrow<ConnectionException>()).Message, Does.Contain("did not say its versions"));
        opened.Add(await OpenSilentAsync());

        Assert.That(opened[^1].Apis, Is.SameAs(BrokerApis.Kafka09));

        async Task<BrokerConnection> OpenSilentAsync()
        {
            var open = opening.OpenAsync(2, new("127.0.0.1", silent.Port), default);
            await clock.AdvanceUntilAsync(() => open.IsCompleted, TimeSpan.FromSeconds(1));
            return await open;
        }
    }

    [Test]
    public async Task An_old_broker_is_not_asked_for_its_versions_again()
    {
        await using var peer = ScriptedPeer.Start(Kafka082);
        var opening = new Opening(new(), new(TimeProvider.System));
        var address = new BrokerAddress("127.0.0.1", peer.Port);
        opened.Add(await opening.OpenAsync(1, address, default));
        var before = peer.Heard.Count;

        opened.Add(await opening.OpenAsync(1, address, default));

        Assert.That(opened[1].Apis, Is.SameAs(BrokerApis.Kafka082));
        Assert.That(peer.Heard, Has.Count.EqualTo(before));
    }

    [Test]
    public async Task An_old_broker_is_asked_again_after_a_long_time()
    {
        var clock = new TestClock();
        await using var peer = ScriptedPeer.Start(Kafka082);
        var opening = new Opening(new() { Clock = clock, IdleTimeout = TimeSpan.FromDays(1) }, new(clock));
        var address = new BrokerAddress("127.0.0.1", peer.Port);
        opened.Add(await opening.OpenAsync(1, address, default));
        var before = peer.Heard.Count;

        clock.Advance(TimeSpan.FromHours(1));
        opened.Add(await opening.OpenAsync(1, address, default));

        Assert.That(peer.Heard, Has.Count.EqualTo(2 * before));
    }

    [Test]
    public async Task F013_A_peer_that_closes_on_everything_gets_both_explanations()
    {
        await using var peer = ScriptedPeer.Start(talk =>
        {
            talk.Close();
            return Task.CompletedTask;
        });

        var error = await OpenAsync(peer).ShouldThrow<ConnectionException>();
        Assert.That(error.Message, Does.Contain("TLS").And.Contain("a Kafka before 0.8"));
    }

    [Test]
    public async Task A_peer_that_never_says_anything_is_given_up_in_time()
    {
        var clock = new TestClock();
        await using var peer = ScriptedPeer.Start(talk => talk.HangUpAsync());
        var opening = OpenAsync(peer, new() { Clock = clock });

        await clock.AdvanceUntilAsync(() => opening.IsCompleted, TimeSpan.FromSeconds(1));

        var error = await opening.ShouldThrow<ConnectionException>();
        Assert.That(error.IsTimeout, Is.True);
        Assert.That(error.Message, Does.Contain("accepted the connection and did not answer"));
    }

    [Test]
    public async Task All_addresses_of_a_host_are_tried()
    {
        await using var peer = ScriptedPeer.Broker(_ => null);
        var options = new KafkaOptions { Resolve = (_, _) => Task.FromResult<System.Net.IPAddress[]>([System.Net.IPAddress.IPv6Loopback, System.Net.IPAddress.Loopback]) };
        opened.Add(await new Opening(options, new(TimeProvider.System)).OpenAsync(1, new("two.addresses", peer.Port), default));

        Assert.That(opened[0].IsClosed, Is.False);
    }

    [Test]
    public async Task A_name_that_does_not_resolve_is_an_error_that_says_so()
    {
        var options = new KafkaOptions { Resolve = (_, _) => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound) };
        var error = await new Opening(options, new(TimeProvider.System)).OpenAsync(1, new("nowhere", 1), default).ShouldThrow<ConnectionException>();
        Assert.That(error.Message, Is.EqualTo("nowhere:1 cannot be reached: no address is known for that name."));
    }

    [Test]
    public async Task A_name_server_that_hangs_costs_the_connect_timeout()
    {
        var clock = new TestClock();
        var options = new KafkaOptions { Clock = clock, Resolve = (_, _) => new TaskCompletionSource<System.Net.IPAddress[]>().Task };
        var opening = new Opening(options, new(clock)).OpenAsync(1, new("slow", 1), default);

        await clock.AdvanceUntilAsync(() => opening.IsCompleted, TimeSpan.FromSeconds(1));

        Assert.That((await opening.ShouldThrow<ConnectionException>()).IsTimeout, Is.True);
    }

    async Task<BrokerConnection> OpenAsync(ScriptedPeer peer, KafkaOptions? options = null)
    {
        options ??= new();
        var connection = await new Opening(options, new(options.Clock)).OpenAsync(1, new("127.0.0.1", peer.Port), default).Soon();
        opened.Add(connection);
        return connection;
    }

    static async Task Kafka082(Talk talk)
    {
        while (true)
        {
            var heard = await talk.HearAsync();
            if (heard.Header.ApiKey is not 3)
            {
                talk.Close();
                return;
            }
            await talk.AnswerAsync(heard, new Metadata.Response());
        }
    }

    static async Task Kafka09(Talk talk)
    {
        while (true)
        {
            var heard = await talk.HearAsync();
            if (heard.Header.ApiKey is 16) await talk.AnswerAsync(heard, "0000 00000000");
        }
    }
}
