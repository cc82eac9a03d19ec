using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Wire;

namespace Samsa.Tests.Connections;

/// <summary>One connection: what is asked is answered in order, and what is not answered is told honestly.</summary>
[TestFixture]
public sealed class BrokerConnectionTests
{
    readonly List<BrokerConnection> opened = [];

    [TearDown]
    public async Task Close()
    {
        foreach (var connection in opened) await connection.DisposeAsync();
        opened.Clear();
    }

    [Test]
    public async Task Many_questions_are_on_their_way_at_once_and_each_gets_its_own_answer()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            var heard = new List<Heard>();
            // Nothing is answered before all are there: without pipelining this would wait for ever.
            while (heard.Count < 20) heard.Add(await talk.HearAsync());
            foreach (var one in heard) await talk.AnswerAsync(one, Echo(one)!);
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => connection.AskAsync(Named($"t{i}")))).Soon();

        Assert.That(answers.Select(NameIn), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"t{i}")));
        Assert.That(peer.Heard.Skip(1).Select(heard => NameIn(heard.Read<Metadata.Request>())), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"t{i}")));
    }

    [Test]
    public async Task F008_Answers_that_come_in_one_packet_are_the_same_answers()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            List<byte> all = [];
            for (var i = 0; i < 3; i++)
            {
                var heard = await talk.HearAsync();
                all.AddRange(Talk.Bytes(heard, Echo(heard)!));
            }
            await talk.SayAsync([.. all]);
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);

        var answers = await Task.WhenAll(connection.AskAsync(Named("a")), connection.AskAsync(Named("b")), connection.AskAsync(Named("c"))).Soon();

        Assert.That(answers.Select(NameIn), Is.EqualTo(["a", "b", "c"]));
    }

    [Test]
    public async Task F011_I007_Answers_in_the_wrong_order_cost_the_connection_and_fail_all_who_wait()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            var first = await talk.HearAsync();
            var second = await talk.HearAsync();
            await talk.AnswerAsync(second, Echo(second)!);
            await talk.AnswerAsync(first, Echo(first)!);
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);
        var (first, second) = (connection.AskAsync(Named("a")), connection.AskAsync(Named("b")));

        var errors = new[] { await first.ShouldThrow<ConnectionException>(), await second.ShouldThrow<ConnectionException>() };

        Assert.Multiple(() =>
        {
            Assert.That(errors[0].InnerException, Is.TypeOf<ProtocolException>().With.Message.Contains("was expected, that to"));
            Assert.That(errors.Select(error => error.MayHaveBeenSent), Is.All.True);
            Assert.That(errors[0], Is.Not.SameAs(errors[1]), "Everybody gets an exception of their own.");
            Assert.That(connection.IsClosed, Is.True);
        });
    }

    [Test]
    public async Task F010_I007_An_answer_that_nobody_asked_for_costs_the_connection()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            var hello = await talk.HearAsync();
            await talk.AnswerAsync(hello, Talk.Everything);
            await talk.AnswerAsync(hello, Talk.Everything);
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);

        await connection.Closed.Soon();

        Assert.That(connection.Ending!.Error, Is.TypeOf<ProtocolException>().With.Message.Contains("nobody asked"));
    }

    [TestCase("ff", Description = "too short")]
    [TestCase("00 00000000 01 00000000 01 01 00000000 0000 00 ffff", Description = "too long")]
    public async Task I023_An_answer_that_makes_no_sense_names_API_and_version_and_its_outcome_is_unknown(string body)
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            await talk.AnswerAsync(await talk.HearAsync(), body);
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);

        var error = await connection.AskAsync(Named("t")).ShouldThrow<ConnectionException>();

        Assert.Multiple(() =>
        {
            Assert.That(error.Message, Does.Contain("Metadata version 13 makes no sense"));
            Assert.That(error.MayHaveBeenSent, Is.True);
            Assert.That(error.Api, Is.EqualTo("Metadata"));
            Assert.That(error.Broker, Is.EqualTo($"1 ({peer.Address})"));
        });
    }

    [Test]
    public async Task A_broker_that_closes_on_the_first_question_may_want_authentication()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            await talk.HearAsync();
            talk.Close();
        });
        var connection = await OpenAsync(peer);

        var error = await connection.AskAsync(Named("t")).ShouldThrow<ConnectionException>();

        Assert.That(error.Message, Does.Contain("if its listener wants authentication (SASL), which is not supported yet, give the address of one that does not"));
    }

    [Test]
    public async Task F007_A_connection_that_is_cut_inside_an_answer_fails_everybody_and_delivers_nothing()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            var heard = await talk.HearAsync();
            await talk.HearAsync();
            await talk.SayAsync(Talk.Bytes(heard, Echo(heard)!)[..^3]);
            talk.Close();
        });
        var connection = await OpenAsync(peer);
        var (first, second) = (connection.AskAsync(Named("a")), connection.AskAsync(Named("b")));

        Assert.That((await first.ShouldThrow<ConnectionException>()).MayHaveBeenSent, Is.True);
        Assert.That((await second.ShouldThrow<ConnectionException>()).MayHaveBeenSent, Is.True);
    }

    [Test]
    public async Task F005_What_is_asked_of_a_closed_connection_was_surely_not_sent()
    {
        await using var peer = ScriptedPeer.Broker(Echo);
        var connection = await OpenAsync(peer);
        await connection.DisposeAsync();

        var error = await connection.AskAsync(Named("a")).ShouldThrow<ConnectionException>();

        Assert.That(error.MayHaveBeenSent, Is.False);
        Assert.That(error.Message, Does.StartWith("Metadata was not sent to broker 1"));
    }

    [Test]
    public async Task F005_What_waited_for_its_turn_while_the_connection_was_lost_was_surely_not_sent()
    {
        var clock = new TestClock();
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            // "Be quiet for a minute", so that the next question stays where it is.
            await talk.AnswerAsync(await talk.HearAsync(), new Metadata.Response { ThrottleTimeMs = 60_000 });
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer, new() { Clock = clock });
        await connection.AskAsync(Named("a")).Soon();
        var waiting = connection.AskAsync(Named("b"));
        await Task.Delay(50);

        peer.Cut();

        Assert.That((await waiting.ShouldThrow<ConnectionException>()).MayHaveBeenSent, Is.False);
        Assert.That(peer.Heard.Count(heard => heard.Header.ApiKey == 3), Is.EqualTo(1));
    }

    [Test]
    public async Task F009_An_answer_that_does_not_come_in_time_costs_the_connection()
    {
        var clock = new TestClock();
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer, new() { Clock = clock, RequestTimeout = TimeSpan.FromSeconds(30) });
        var patient = connection.AskAsync(Named("a"));
        var hasty = connection.AskAsync(Named("b"), timeout: TimeSpan.FromSeconds(7));
        await Eventually.True(() => peer.Heard.Count == 3);

        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.That(hasty.IsCompleted, Is.False);
        clock.Advance(TimeSpan.FromSeconds(2));
        var errors = new[] { await hasty.ShouldThrow<ConnectionException>(), await patient.ShouldThrow<ConnectionException>() };

        Assert.Multiple(() =>
        {
            Assert.That(errors.Select(error => (error.IsTimeout, error.MayHaveBeenSent)), Is.All.EqualTo((true, true)));
            Assert.That(errors[0].Message, Does.Contain("had no answer within 00:00:07"));
        });
    }

    [Test]
    public async Task A_question_that_is_cancelled_leaves_the_order_of_the_others_as_it_was()
    {
        var go = new TaskCompletionSource();
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            var heard = new[] { await talk.HearAsync(), await talk.HearAsync(), await talk.HearAsync() };
            await go.Task;
            foreach (var one in heard) await talk.AnswerAsync(one, Echo(one)!);
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);
        using var cancel = new CancellationTokenSource();
        var first = connection.AskAsync(Named("a"));
        var second = connection.AskAsync(Named("b"), ct: cancel.Token);
        var third = connection.AskAsync(Named("c"));
        await Eventually.True(() => peer.Heard.Count == 4);

        await cancel.CancelAsync();
        await second.ShouldThrow<OperationCanceledException>();
        go.SetResult();

        Assert.That(NameIn(await first.Soon()), Is.EqualTo("a"));
        Assert.That(NameIn(await third.Soon()), Is.EqualTo("c"));
        Assert.That(connection.IsClosed, Is.False);
    }

    [Test]
    public async Task A_question_that_is_cancelled_before_it_was_written_is_never_written()
    {
        var clock = new TestClock();
        await using var peer = ScriptedPeer.Broker(heard => heard.Api == Metadata.Api ? new Metadata.Response { ThrottleTimeMs = NameIn(heard.Read<Metadata.Request>()) == "a" ? 1000 : 0 } : null);
        var connection = await OpenAsync(peer, new() { Clock = clock });
        await connection.AskAsync(Named("a")).Soon();
        using var cancel = new CancellationTokenSource();
        // The first of them is in the writer's hand while it keeps quiet, the second behind it.
        var held = connection.AskAsync(Named("b"));
        var behind = connection.AskAsync(Named("c"), ct: cancel.Token);
        await cancel.CancelAsync();
        await behind.ShouldThrow<OperationCanceledException>();

        await clock.AdvanceUntilAsync(() => held.IsCompleted, TimeSpan.FromMilliseconds(100));
        await connection.AskAsync(Named("d")).Soon();

        Assert.That(peer.Heard.Skip(1).Select(heard => NameIn(heard.Read<Metadata.Request>())), Is.EqualTo(["a", "b", "d"]));
    }

    [Test]
    public async Task Closing_fails_those_who_wait_and_is_prompt()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);
        var waiting = connection.AskAsync(Named("a"));
        await Eventually.True(() => peer.Heard.Count == 2);

        await connection.DisposeAsync().AsTask().Soon();

        var error = await waiting.ShouldThrow<ConnectionException>();
        Assert.That(error.MayHaveBeenSent, Is.True);
        Assert.That(error.Message, Does.EndWith("it was closed on this side."));
        await connection.DisposeAsync();
    }

    [Test]
    public async Task A_broker_that_wants_silence_gets_it_but_no_longer_than_a_minute()
    {
        var clock = new TestClock();
        var events = new KafkaEvents(clock);
        var seen = new List<KafkaEvent>();
        using var listening = events.Subscribe(System.Reactive.Observer.Create<KafkaEvent>(happened => { lock (seen) seen.Add(happened); }));
        var asked = 0;
        await using var peer = ScriptedPeer.Broker(heard => heard.Api == Metadata.Api
            ? new Metadata.Response { ThrottleTimeMs = Interlocked.Increment(ref asked) == 1 ? int.MaxValue : -5 }
            : null);
        var connection = await OpenAsync(peer, new() { Clock = clock }, events);
        await connection.AskAsync(Named("a")).Soon();

        var quiet = connection.AskAsync(Named("b"));
        clock.Advance(TimeSpan.FromSeconds(59));
        await Task.Delay(100);
        Assert.That(peer.Heard, Has.Count.EqualTo(2));
        await clock.AdvanceUntilAsync(() => quiet.IsCompleted, TimeSpan.FromMilliseconds(100));

        await Eventually.True(() => seen.OfType<BrokerThrottled>().Any());
        Assert.That(seen.OfType<BrokerThrottled>().Single().Quiet, Is.EqualTo(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task Too_many_questions_wait_for_a_place_and_do_not_fail()
    {
        var go = new SemaphoreSlim(0);
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            while (true)
            {
                var heard = await talk.HearAsync();
                await go.WaitAsync();
                await talk.AnswerAsync(heard, Echo(heard)!);
            }
        });
        var connection = await OpenAsync(peer, new() { MaxRequestsWaiting = 2 });

        var started = Enumerable.Range(0, 5).Select(i => connection.StartAsync(Named($"t{i}")).AsTask()).ToArray();
        await Task.Delay(100);
        Assert.That(started.Count(task => task.IsCompleted), Is.EqualTo(2));
        go.Release(5);
        var answers = await Task.WhenAll((await Task.WhenAll(started).Soon()).Select(asked => asked.Answer)).Soon();

        Assert.That(answers.Select(NameIn), Is.EquivalentTo(Enumerable.Range(0, 5).Select(i => $"t{i}")));
    }

    [Test]
    public async Task Those_who_wait_for_a_place_learn_that_the_connection_was_lost()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer, new() { MaxRequestsWaiting = 1 });
        var first = connection.AskAsync(Named("a"));
        var second = connection.AskAsync(Named("b"));
        await Eventually.True(() => peer.Heard.Count == 2);

        peer.Cut();

        Assert.That((await first.ShouldThrow<ConnectionException>()).MayHaveBeenSent, Is.True);
        Assert.That((await second.ShouldThrow<ConnectionException>()).MayHaveBeenSent, Is.False);
    }

    [Test]
    public async Task A_connection_without_questions_is_closed_in_peace()
    {
        var clock = new TestClock();
        await using var peer = ScriptedPeer.Broker(Echo);
        var connection = await OpenAsync(peer, new() { Clock = clock, IdleTimeout = TimeSpan.FromMinutes(5) });
        await connection.AskAsync(Named("a")).Soon();

        clock.Advance(TimeSpan.FromMinutes(4));
        await connection.AskAsync(Named("b")).Soon();
        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.That(connection.IsClosed, Is.False, "The second question began the time anew.");
        clock.Advance(TimeSpan.FromMinutes(2));

        await connection.Closed.Soon();
        Assert.That(connection.Ending!.IsPeaceful, Is.True);
    }

    [Test]
    public async Task What_is_not_answered_ends_when_it_is_written()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            await talk.HearAsync();
            var heard = await talk.HearAsync();
            await talk.AnswerAsync(heard, Echo(heard)!);
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);

        await connection.TellAsync(new Produce.Request { Acks = 0 }).AsTask().Soon();

        Assert.That(NameIn(await connection.AskAsync(Named("a")).Soon()), Is.EqualTo("a"));
    }

    [Test]
    public async Task Written_ends_before_or_without_the_answer_and_never_fails()
    {
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);
        var asked = await connection.StartAsync(Named("a"));
        await asked.Written.Soon();
        Assert.That(asked.Answer.IsCompleted, Is.False);

        peer.Cut();

        await asked.Answer.ShouldThrow<ConnectionException>();
        Assert.That(asked.Written.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task F020_A_send_that_the_peer_does_not_take_ends_with_the_patience()
    {
        var clock = new TestClock();
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            await new TaskCompletionSource().Task;
        });
        var connection = await OpenAsync(peer, new() { Clock = clock });
        var big = new byte[64 << 20];
        var asked = await connection.StartAsync(Sending(big));
        await Task.Delay(100);
        Assert.That(asked.Written.IsCompleted, Is.False);

        await clock.AdvanceUntilAsync(() => asked.Written.IsCompleted, TimeSpan.FromSeconds(5));

        var error = await asked.Answer.ShouldThrow<ConnectionException>();
        Assert.That((error.IsTimeout, error.MayHaveBeenSent), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task F020_An_answer_that_grows_is_waited_for_and_one_that_has_stopped_growing_is_not([Values] bool stops)
    {
        var (clock, go) = (new TestClock(), new SemaphoreSlim(0));
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            var heard = await talk.HearAsync();
            var bytes = Talk.Bytes(heard, new Metadata.Response { ClusterId = new('x', 30_000), Topics = [.. Enumerable.Range(0, 12).Select(Large)] });
            for (var sent = 0; sent < bytes.Length; sent += 40_000)
            {
                await talk.SayAsync(bytes[sent..Math.Min(sent + 40_000, bytes.Length)]);
                await go.WaitAsync();
            }
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer, new() { Clock = clock, RequestTimeout = TimeSpan.FromSeconds(30) });
        var (large, behind) = (connection.AskAsync(Named("a")), connection.AskAsync(Named("b"), timeout: TimeSpan.FromSeconds(20)));

        // 40 kB in 20 seconds, for three minutes.
        for (var part = 0; part < 8; part++)
        {
            await Task.Delay(200);
            if (!stops || part < 3) go.Release();
            await Task.Delay(200);
            clock.Advance(TimeSpan.FromSeconds(19));
        }

        if (stops)
        {
            Assert.That((await large.ShouldThrow<ConnectionException>()).IsTimeout, Is.True);
            await behind.ShouldThrow<ConnectionException>();
            return;
        }

        go.Release(10);
        Assert.That((await large.Soon()).Topics, Has.Count.EqualTo(12));
        Assert.That(behind.IsCompleted, Is.False);
        Assert.That(connection.IsClosed, Is.False);

        static Metadata.Response.MetadataResponseTopic Large(int i) => new() { Name = new((char)('a' + i), 30_000) };
    }

    [Test]
    public async Task A_large_request_arrives_whole()
    {
        var records = new byte[3 << 20];
        new Random(7).NextBytes(records);
        byte[]? arrived = null;
        await using var peer = ScriptedPeer.Broker(heard =>
        {
            if (heard.Api != Produce.Api) return null;
            arrived = heard.Read<Produce.Request>().TopicData[0].PartitionData[0].Records!.Value.ToArray();
            return new Produce.Response();
        });
        var connection = await OpenAsync(peer);

        await connection.AskAsync(Sending(records)).Soon();

        Assert.That(arrived.AsSpan().SequenceEqual(records), Is.True);
    }

    [Test]
    public async Task A_request_that_cannot_be_written_fails_alone()
    {
        await using var peer = ScriptedPeer.Broker(Echo);
        var connection = await OpenAsync(peer);

        var broken = connection.AskAsync(new Metadata.Request { Topics = [null!] });
        var good = connection.AskAsync(Named("a"));

        await broken.ShouldThrow<UnwritableMessageException>();
        Assert.That(NameIn(await good.Soon()), Is.EqualTo("a"));
        Assert.That(connection.IsClosed, Is.False);
    }

    [Test]
    public async Task A_connection_that_is_not_needed_any_more_closes_behind_its_last_answer()
    {
        var go = new TaskCompletionSource();
        await using var peer = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            var heard = await talk.HearAsync();
            await go.Task;
            await talk.AnswerAsync(heard, Echo(heard)!);
            await talk.HangUpAsync();
        });
        var connection = await OpenAsync(peer);
        var last = connection.AskAsync(Named("a"));

        connection.CloseWhenQuiet();
        Assert.That(connection.IsClosed, Is.False);
        go.SetResult();

        Assert.That(NameIn(await last.Soon()), Is.EqualTo("a"));
        await connection.Closed.Soon();
    }

    static Metadata.Request Named(string topic) => new() { Topics = [new() { Name = topic }] };

    static Produce.Request Sending(byte[] records) =>
        new() { Acks = 1, TopicData = [new() { Name = "t", PartitionData = [new() { Records = records }] }] };

    static Metadata.Response? Echo(Heard heard) =>
        heard.Api == Metadata.Api ? new() { Topics = [new() { Name = NameIn(heard.Read<Metadata.Request>()) }] } : null;

    static string NameIn(Metadata.Request request) => request.Topics![0].Name!;

    static string NameIn(Metadata.Response response) => response.Topics[0].Name!;

    async Task<BrokerConnection> OpenAsync(ScriptedPeer peer, KafkaOptions? options = null, KafkaEvents? events = null)
    {
        options ??= new();
        var connection = await new Opening(options, events ?? new(options.Clock)).OpenAsync(1, new("127.0.0.1", peer.Port), default).Soon();
        opened.Add(connection);
        return connection;
    }
}
