using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Tests.Embedded;

/// <summary>What can be told to happen to requests, seen from a client that knows no better.</summary>
public class FaultScriptTests
{
    EmbeddedKafka kafka = null!;
    HandClock clock = null!;
    FaultLog log = null!;
    RawClient client = null!;

    [SetUp]
    public async Task Start()
    {
        (clock, log) = (new HandClock(), new FaultLog());
        kafka = await EmbeddedKafka.StartAsync(2, new() { Profile = KafkaProfile.V3_9, Clock = clock, Logger = log });
        kafka.CreateTopic("t", settings: new() { ReplicationFactor = 2 });
        kafka.MoveLeader("t", 0, 1);
        client = await RawClient.ConnectAsync(kafka.Brokers[0]);
    }

    [TearDown]
    public async Task Stop()
    {
        client.Dispose();
        await kafka.DisposeAsync();
        Assert.That(log.Faults, Is.Empty);
    }

    [Test]
    public async Task The_next_request_fails_and_the_one_after_it_does_not()
    {
        var fault = kafka.Faults.Next(ApiKey.Produce).Answer(ErrorCode.NotEnoughReplicas);
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"))).ErrorCode, Is.EqualTo(ErrorCode.NotEnoughReplicas));
        Assert.That(kafka.Log("t", 0).EndOffset, Is.Zero, "nothing was written");
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"))).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(fault.Fired, Is.EqualTo(1));
    }

    [Test]
    public async Task Faults_told_one_after_the_other_are_a_script()
    {
        kafka.Faults.Next(ApiKey.Produce, times: 2).Answer(ErrorCode.NotLeaderOrFollower);
        kafka.Faults.Next(ApiKey.Produce).Answer(ErrorCode.RequestTimedOut);
        var errors = new List<ErrorCode>();
        for (var i = 0; i < 4; i++) errors.Add((await client.ProduceAsync("t", TestRecords.Batch("a"))).ErrorCode);
        Assert.That(errors, Is.EqualTo(new[]
        {
            ErrorCode.NotLeaderOrFollower, ErrorCode.NotLeaderOrFollower, ErrorCode.RequestTimedOut, ErrorCode.None,
        }));
    }

    [Test]
    public async Task Each_request_fails_until_the_fault_is_disposed()
    {
        using (kafka.Faults.Each(ApiKey.Produce).Answer(ErrorCode.KafkaStorageError))
        {
            for (var i = 0; i < 3; i++)
                Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"))).ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
        }

        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"))).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Only_the_broker_the_client_and_the_request_that_are_meant_meet_the_fault()
    {
        using var elsewhere = kafka.Faults.Each(ApiKey.Metadata).On(broker: 2).Close();
        using var others = kafka.Faults.Each(ApiKey.Metadata).From("somebody else").Close();
        using var meant = kafka.Faults.Each(ApiKey.Produce).From("raw")
            .Where(request => request.Read<Produce.Request>().Acks == 1).Answer(ErrorCode.NotEnoughReplicas);
        await client.AskAsync(new Metadata.Request { Topics = [] }, 12);
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"), acks: -1)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"), acks: 1)).ErrorCode, Is.EqualTo(ErrorCode.NotEnoughReplicas));
        Assert.That((elsewhere.Fired, others.Fired, meant.Fired), Is.EqualTo((0, 0, 1)));
        using var second = await RawClient.ConnectAsync(kafka.Brokers[1]);
        await second.SendAsync(new Metadata.Request { Topics = [] }, 12);
        Assert.That(await second.IsClosedAsync());
        Assert.That(elsewhere.Fired, Is.EqualTo(1));
    }

    [Test]
    public async Task What_was_applied_is_there_though_nobody_heard_of_it()
    {
        kafka.Faults.Next(ApiKey.Produce).Applied().Close();
        await client.SendAsync(RawClient.ProduceRequest("t", TestRecords.Batch("a")), 9);
        Assert.That(await client.IsClosedAsync());
        Assert.That(kafka.Log("t", 0).EndOffset, Is.EqualTo(1));

        kafka.Faults.Next(ApiKey.Produce).Close();
        using var again = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await again.SendAsync(RawClient.ProduceRequest("t", TestRecords.Batch("b")), 9);
        Assert.That(await again.IsClosedAsync());
        Assert.That(kafka.Log("t", 0).EndOffset, Is.EqualTo(1), "this one was not applied");
    }

    [Test]
    public async Task An_error_after_it_was_applied_is_the_truth_of_NOT_ENOUGH_REPLICAS_AFTER_APPEND()
    {
        kafka.Faults.Next(ApiKey.Produce).Applied().Answer(ErrorCode.NotEnoughReplicasAfterAppend);
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"))).ErrorCode, Is.EqualTo(ErrorCode.NotEnoughReplicasAfterAppend));
        Assert.That(kafka.Log("t", 0).EndOffset, Is.EqualTo(1));
    }

    [Test]
    public async Task A_dropped_request_is_not_answered_but_those_behind_it_are()
    {
        kafka.Faults.Next(ApiKey.Produce).Drop();
        await client.SendAsync(RawClient.ProduceRequest("t", TestRecords.Batch("lost")), 9);
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"))).BaseOffset, Is.Zero);
    }

    [Test]
    public async Task A_delay_is_measured_by_the_clock_of_the_broker()
    {
        var fault = kafka.Faults.Next(ApiKey.Produce).Delay(TimeSpan.FromSeconds(10));
        var asked = client.ProduceAsync("t", TestRecords.Batch("a"));
        await fault.FiredAsync();
        await Eventually.Is(() => clock.Timers == 1, "it waits");
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.That(kafka.Log("t", 0).EndOffset, Is.Zero);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await asked).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task What_is_held_goes_on_when_it_is_released()
    {
        using var fault = kafka.Faults.Each(ApiKey.Produce).Hold();
        var asked = client.ProduceAsync("t", TestRecords.Batch("a"));
        await fault.FiredAsync();
        Assert.That(asked.IsCompleted, Is.False);
        fault.Release();
        Assert.That((await asked).BaseOffset, Is.Zero);
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("b"))).BaseOffset, Is.EqualTo(1), "nothing is held any more");
    }

    [Test]
    public async Task A_broker_that_holds_a_request_can_be_stopped()
    {
        using var fault = kafka.Faults.Each(ApiKey.Produce).Hold();
        await client.SendAsync(RawClient.ProduceRequest("t", TestRecords.Batch("a")), 9);
        await fault.FiredAsync();
        await kafka.StopBrokerAsync(1);
        Assert.That(await client.IsClosedAsync());
        Assert.That(kafka.Log("t", 0).EndOffset, Is.Zero);
    }

    [TestCase(1)]
    [TestCase(7)]
    public async Task An_answer_can_come_in_pieces(int bytes)
    {
        using var fault = kafka.Faults.Each().InPieces(bytes);
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a", "b"))).BaseOffset, Is.Zero);
        Assert.That(TestRecords.Values((await client.FetchAsync("t", 0)).Records), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(fault.Fired, Is.EqualTo(2));
    }

    [Test]
    public async Task Pieces_come_one_pause_after_the_other()
    {
        using var fault = kafka.Faults.Each(ApiKey.Metadata).InPieces(1 << 20, TimeSpan.FromSeconds(1));
        await client.AskAsync(new Metadata.Request { Topics = [] }, 12);
        using var halves = kafka.Faults.Next(ApiKey.Produce).InPieces(20, TimeSpan.FromSeconds(1));
        var asked = client.ProduceAsync("t", TestRecords.Batch("a"));
        for (var pauses = 0; !asked.IsCompleted; pauses++)
        {
            Assert.That(pauses, Is.LessThan(10));
            await Eventually.Is(() => clock.Timers == 1 || asked.IsCompleted, "it pauses");
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That((await asked).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_connection_can_end_in_the_middle_of_an_answer()
    {
        using var whole = new System.Net.Sockets.TcpClient();
        await whole.ConnectAsync(kafka.Brokers[0].Host, kafka.Brokers[0].Port);
        kafka.Faults.Next(ApiKey.Metadata).CloseAfter(5);
        var writer = new WireWriter();
        Framing.WriteRequest(writer, new Metadata.Request { Topics = [] }, 12, 7, "raw");
        await whole.GetStream().WriteAsync(writer.ToArray());
        // A request behind it must not turn the end into a reset that overtakes the five bytes.
        await whole.GetStream().WriteAsync(writer.ToArray());
        var got = new MemoryStream();
        await whole.GetStream().CopyToAsync(got);
        Assert.That(got.Length, Is.EqualTo(5));
    }

    [Test]
    public async Task A_connection_can_be_torn_down()
    {
        kafka.Faults.Next(ApiKey.Metadata).Reset();
        using var raw = new System.Net.Sockets.TcpClient();
        await raw.ConnectAsync(kafka.Brokers[0].Host, kafka.Brokers[0].Port);
        var writer = new WireWriter();
        Framing.WriteRequest(writer, new Metadata.Request { Topics = [] }, 12, 7, "raw");
        await raw.GetStream().WriteAsync(writer.ToArray());
        var error = await Assert.ThrowsAsync<IOException>(async () => await raw.GetStream().ReadExactlyAsync(new byte[1]));
        Assert.That((error!.InnerException as System.Net.Sockets.SocketException)?.SocketErrorCode,
            Is.EqualTo(System.Net.Sockets.SocketError.ConnectionReset));
    }

    [Test]
    public async Task Answers_can_be_given_altered_and_made_of_bytes()
    {
        kafka.Faults.Next(ApiKey.Metadata).Answer(new Metadata.Response { ClusterId = "another" });
        kafka.Faults.Next(ApiKey.Metadata).Answer<Metadata.Request>(asked => new Metadata.Response { ClusterId = asked.Topics![0].Name });
        kafka.Faults.Next(ApiKey.Metadata).Change<Metadata.Response>(answer => answer with { Brokers = [answer.Brokers[1]] });
        kafka.Faults.Next(ApiKey.Metadata).AnswerBytes(Convert.FromHexString("00000004" + "7fffffff"));
        var question = new Metadata.Request { Topics = [new() { Name = "t" }] };
        Assert.That((await client.AskAsync(question, 12)).ClusterId, Is.EqualTo("another"));
        Assert.That((await client.AskAsync(question, 12)).ClusterId, Is.EqualTo("t"));
        var altered = await client.AskAsync(question, 12);
        Assert.That(altered.Brokers.Select(broker => broker.NodeId), Is.EqualTo(new[] { 2 }));
        Assert.That(altered.Topics[0].Partitions[0].LeaderId, Is.EqualTo(1));
        await client.SendAsync(question, 12);
        Assert.That((await client.ReadFrameAsync())!.Value.ToArray(), Is.EqualTo(Convert.FromHexString("7fffffff")));
    }

    [TestCaseSource(nameof(Questions))]
    public async Task Each_API_can_be_answered_with_an_error_and_a_throttle_time(IRequest request)
    {
        foreach (var profile in new[] { KafkaProfile.V1_1, KafkaProfile.V4_3 })
        {
            await using var cluster = await EmbeddedKafka.StartAsync(options: new() { Profile = profile });
            cluster.CreateTopic("t");
            using var raw = await RawClient.ConnectAsync(cluster.Brokers[0]);
            var versions = (await raw.AskAsync(new ApiVersions.Request(), 0)).ApiKeys.FirstOrDefault(one => one.ApiKey == request.Api.Key);
            if (versions is null) continue;
            for (var version = Math.Max(versions.MinVersion, request is Produce.Request ? (short)3 : (short)0); version <= versions.MaxVersion; version++)
            {
                cluster.Faults.Next((ApiKey)request.Api.Key).Answer(ErrorCode.BrokerNotAvailable);
                await raw.SendAsync(request, version);
                var failed = (await raw.ReadFrameAsync())!.Value.ToArray();
                Assert.That(failed.AsSpan().IndexOf(new byte[] { 0, 8 }), Is.Positive, $"{request.Api.Name} {version}");
                using var throttled = cluster.Faults.Next((ApiKey)request.Api.Key).Throttle(TimeSpan.FromMilliseconds(0x01020304));
                await raw.SendAsync(request, version);
                var told = (await raw.ReadFrameAsync())!.Value.ToArray();
                Assert.That(told.AsSpan().IndexOf(new byte[] { 1, 2, 3, 4 }) > 0 || version < FirstThrottled(request.Api.Key), $"{request.Api.Name} {version}");
            }
        }
    }

    // No API of ours got its throttle time later than this.
    static short FirstThrottled(short key) => key == Metadata.Api.Key ? (short)3 : (short)2;

    static IEnumerable<TestCaseData> Questions() => new IRequest[]
    {
        RawClient.ProduceRequest("t", TestRecords.Batch("a")),
        RawClient.FetchRequest("t", 0),
        new ListOffsets.Request { ReplicaId = -1, Topics = [new() { Name = "t", Partitions = [new() { Timestamp = -1 }] }] },
        new Metadata.Request { Topics = [new() { Name = "t" }] },
        new FindCoordinator.Request { Key = "g", CoordinatorKeys = ["g"] },
        new ApiVersions.Request { ClientSoftwareName = "raw", ClientSoftwareVersion = "1" },
        new CreateTopics.Request { Topics = [new() { Name = "t", NumPartitions = 1, ReplicationFactor = 1 }] },
        new DeleteTopics.Request { TopicNames = ["u"], Topics = [new() { Name = "u" }] },
        new InitProducerId.Request(),
        new DeleteRecords.Request { Topics = [new() { Name = "t", Partitions = [new() { Offset = 0 }] }] },
        new CreatePartitions.Request { Topics = [new() { Name = "t", Count = 2 }] },
        new DescribeConfigs.Request { Resources = [new() { ResourceType = 2, ResourceName = "t" }] },
        new DescribeCluster.Request(),
        new DescribeTopicPartitions.Request { Topics = [new() { Name = "t" }] },
        new OffsetForLeaderEpoch.Request { Topics = [new() { Topic = "t", Partitions = [new() { LeaderEpoch = 0 }] }] },
    }.Select(one => new TestCaseData(one).SetArgDisplayNames(one.Api.Name));

    [Test]
    public void Every_API_that_is_declared_has_its_errors() =>
        Assert.That(Apis.Known.Select(api => api.Name).Except(Questions().Select(one => ((IRequest)one.Arguments[0]!).Api.Name)), Is.Empty);

    [Test]
    public void An_error_is_refused_for_an_API_whose_answer_nobody_knows() =>
        Assert.Throws<ArgumentException>(() => kafka.Faults.Next(ApiKey.JoinGroup).Answer(ErrorCode.NotCoordinator));

    [Test]
    public async Task An_error_in_a_fetch_session_is_told_for_all_that_it_reads_and_the_session_goes_on()
    {
        var open = await client.AskAsync(RawClient.FetchRequest("t", 0) with { SessionEpoch = 0 }, 12);
        var next = new Fetch.Request { MinBytes = 1, SessionId = open.SessionId, SessionEpoch = 1 };
        kafka.Faults.Next(ApiKey.Fetch).Answer(ErrorCode.NotLeaderOrFollower);
        var failed = await client.AskAsync(next, 12);
        Assert.That(failed.Responses[0].Partitions.Select(one => one.ErrorCode), Is.EqualTo(new[] { ErrorCode.NotLeaderOrFollower }));
        var well = await client.AskAsync(next with { SessionEpoch = 2 }, 12);
        Assert.That(well.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(well.Responses[0].Partitions[0].HighWatermark, Is.Zero, "after an error all is told again");
        kafka.Faults.Next(ApiKey.Fetch).Answer(ErrorCode.FetchSessionIdNotFound);
        Assert.That((await client.AskAsync(next with { SessionEpoch = 3 }, 12)).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionIdNotFound));
    }

    [Test]
    public async Task A_watcher_sees_everything_and_stands_in_nobodys_way()
    {
        using var watch = kafka.Faults.Each(ApiKey.Produce).Watch();
        using var fault = kafka.Faults.Next(ApiKey.Produce).Answer(ErrorCode.NotEnoughReplicas);
        await client.ProduceAsync("t", TestRecords.Batch("a"));
        await client.ProduceAsync("t", TestRecords.Batch("b", "c"));
        await watch.FiredAsync(times: 2);
        var sent = watch.Requests.Select(one => one.Read<Produce.Request>().TopicData[0].PartitionData[0].Records!.Value);
        Assert.That(sent.Select(one => TestRecords.Values(one)), Is.EqualTo(new[] { new[] { "a" }, new[] { "b", "c" } }));
        Assert.That(watch.Requests.Select(one => one.CorrelationId), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(fault.Fired, Is.EqualTo(1));
        Assert.That(() => kafka.Requests[^1].Read<Produce.Request>(), Throws.InvalidOperationException);
    }

    [Test]
    public async Task Whoever_waits_for_a_fault_that_is_removed_is_told()
    {
        var fault = kafka.Faults.Each(ApiKey.Produce).Watch();
        var waiting = fault.FiredAsync();
        kafka.Faults.Clear();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await client.ProduceAsync("t", TestRecords.Batch("a"));
        Assert.That(fault.Fired, Is.Zero);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => fault.FiredAsync());
    }

    [Test]
    public async Task A_request_without_acknowledgement_fails_by_a_closed_connection()
    {
        kafka.Faults.Next(ApiKey.Produce).Answer(ErrorCode.NotLeaderOrFollower);
        await client.SendAsync(RawClient.ProduceRequest("t", TestRecords.Batch("a"), acks: 0), 9);
        Assert.That(await client.IsClosedAsync());
    }
}
