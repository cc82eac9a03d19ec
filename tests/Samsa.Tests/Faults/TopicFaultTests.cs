using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.Producing;
using Samsa.Tests.Topics;
using Eventually = Samsa.Tests.Embedded.Eventually;

namespace Samsa.Tests.Faults;

/// <summary>Topics and brokers that come, go, change, or are said to.</summary>
[TestFixture]
public sealed class TopicFaultTests
{
    static readonly BackOff Quick = new() { First = TimeSpan.FromMilliseconds(20), Most = TimeSpan.FromMilliseconds(100) };
    static readonly KafkaOptions Patient = new() { Retry = Quick, Reconnect = Quick };

    [Test]
    public async Task F028_Topics_that_brokers_do_not_know_for_a_while_keep_positions_and_sequences()
    {
        await using var stage = await Stage.OpenAsync(brokers: 2, partitions: 2, options: Patient);
        var seen = stage.Watch();
        await PublishAsync(stage, 0, 10, partitions: 2);
        await seen.Sees(10);

        var forgetful = stage.Brokers.Faults.Next(ApiKey.Metadata, times: 6).Change<Metadata.Response>(answer => answer with
        {
            Topics = [.. answer.Topics.Select(topic => new Metadata.Response.MetadataResponseTopic { Name = topic.Name, ErrorCode = ErrorCode.UnknownTopicOrPartition })],
        });
        for (var i = 0; i < 3; i++) await stage.Kafka.Readers.Watch.RefreshAsync("test");
        await PublishAsync(stage, 10, 10, partitions: 2);
        await seen.Sees(20);
        await forgetful.FiredAsync(6).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That(stage.Events.OfType<TopicMissing>(), Is.Empty);
        stage.AssertNoPositionWasLost();
        AssertOneProducer(stage, partitions: 2);
    }

    [Test]
    public async Task F029_Records_for_a_topic_that_never_comes_fail_by_the_delivery_timeout()
    {
        var clock = new TestClock();
        await using var stage = await Stage.OpenAsync(partitions: 0, embedded: new() { AutoCreateTopics = false },
            options: new() { Clock = clock, Produce = new() { DeliveryTimeout = TimeSpan.FromMinutes(1) } });
        var began = clock.GetTimestamp();

        var publishing = stage.Topic.PublishAsync("nowhere");
        await clock.AdvanceUntilAsync(() => publishing.IsCompleted, TimeSpan.FromMilliseconds(200));

        var error = await publishing.ShouldThrow<PublishException>();
        Assert.That(error.Outcome, Is.EqualTo(Outcome.NotPersisted));
        Assert.That(TimeSpan.FromTicks(clock.GetTimestamp() - began), Is.InRange(TimeSpan.FromSeconds(59), TimeSpan.FromSeconds(75)));
        Assert.That(stage.Brokers.Requests.Count(request => request.Api == "Metadata"), Is.InRange(10, 120), "asked for again and again, and not in haste");
    }

    [Test]
    public async Task F029_A_topic_that_comes_in_time_gets_its_records_and_its_reader()
    {
        await using var stage = await Stage.OpenAsync(partitions: 0, options: Patient, embedded: new() { AutoCreateTopics = false });
        var seen = stage.Watch();
        var publishing = stage.Topic.PublishAsync("late");
        await stage.Tells<TopicMissing>(missing => missing.Topic == "t");

        stage.Brokers.CreateTopic("t");

        Assert.That((await publishing.Soon()).Offset, Is.Zero);
        await seen.Sees(1);
        Assert.That(seen.Texts, Is.EqualTo(new[] { "late" }));
    }

    [Test]
    public async Task F030_A_topic_that_is_deleted_is_not_asked_for_in_haste()
    {
        await using var stage = await Stage.OpenAsync(embedded: new() { AutoCreateTopics = false }, options: Patient with
        {
            Retry = new() { First = TimeSpan.FromMilliseconds(100), Most = TimeSpan.FromMilliseconds(200) },
            Produce = new() { DeliveryTimeout = TimeSpan.FromSeconds(2) },
        });
        var seen = stage.Watch(new() { DeletionTimeout = TimeSpan.FromSeconds(2) });
        await stage.Topic.PublishAsync("a");
        await seen.Sees(1);

        stage.Brokers.DeleteTopic("t");
        var before = stage.Brokers.Requests.Count;
        var error = await stage.Topic.PublishAsync("b").ShouldThrow<PublishException>();
        await seen.Ends();

        Assert.That(error.Outcome, Is.EqualTo(Outcome.NotPersisted));
        Assert.That(seen.Error, Is.TypeOf<TopicNotFoundException>());
        Assert.That(stage.Brokers.Requests.Count - before, Is.LessThan(200), "several a second");
    }

    [Test]
    public async Task F031_Records_for_a_topic_that_was_created_again_are_written_once_and_in_order([Values(KafkaProfile.V1_1, KafkaProfile.V4_3)] KafkaProfile profile)
    {
        await using var stage = await Stage.OpenAsync(profile: profile, options: Patient with { MetadataMaxAge = TimeSpan.FromMilliseconds(200) });
        await PublishAsync(stage, 0, 20);

        stage.Brokers.DeleteTopic("t");
        stage.Brokers.CreateTopic("t");
        await PublishAsync(stage, 20, 20);

        Assert.That(stage.Brokers.Values("t"), Is.EqualTo(Enumerable.Range(20, 20).Select(n => $"{n}")));
        // In another topic the numbers begin anew: by a new epoch, so that nothing can be taken for something of the topic before.
        Assert.That(stage.Brokers.Batches("t").Select(batch => (long)batch.BaseSequence), Is.EqualTo(stage.Brokers.Batches("t").Select(batch => batch.BaseOffset)));
        Assert.That(stage.Brokers.Batches("t").Select(batch => batch.ProducerEpoch), Is.All.EqualTo(1));
    }

    [Test]
    public async Task F031_A_batch_that_may_be_in_the_new_topic_already_goes_there_under_its_number_and_what_is_behind_it_begins_anew()
    {
        // By its name: before Produce 13 the request does not tell which topic of that name is meant.
        await using var stage = await Stage.OpenAsync(profile: KafkaProfile.V3_9, options: Patient);
        await PublishAsync(stage, 0, 3);
        stage.Brokers.DeleteTopic("t");
        stage.Brokers.CreateTopic("t");
        using var lost = stage.Brokers.Faults.Next(ApiKey.Produce).Applied().Close();
        await PublishAsync(stage, 3, 1);
        await stage.Kafka.Readers.Watch.RefreshAsync("test");
        // The producer hears of the new view a moment later. What it sends until then follows the first batch under its numbers.
        var next = 4;
        for (; next < 500 && !AnyIsNumberedAnew(); next++) await PublishAsync(stage, next, 1);
        await PublishAsync(stage, next, 1);

        Assert.That(lost.Fired, Is.EqualTo(1));
        Assert.That(stage.Brokers.Values("t"), Is.EqualTo(Enumerable.Range(3, next - 2).Select(n => $"{n}")));
        var numbers = stage.Brokers.Batches("t").Select(batch => (batch.ProducerEpoch, batch.BaseSequence)).ToList();
        var before = numbers.Count(number => number.ProducerEpoch == 0);
        Assert.That(numbers, Is.EqualTo((IEnumerable<(short, int)>)
            [.. Enumerable.Range(3, before).Select(n => ((short)0, n)), .. Enumerable.Range(0, numbers.Count - before).Select(n => ((short)1, n))]));
        Assert.That(numbers, Has.Count.GreaterThan(before), "it begins anew");

        bool AnyIsNumberedAnew() => stage.Brokers.Batches("t").Any(batch => batch.ProducerEpoch == 1);
    }

    [Test]
    public async Task F031_Without_topic_ids_a_shorter_log_tells_that_the_topic_is_another_one()
    {
        await using var stage = await Stage.OpenAsync(profile: KafkaProfile.V1_1, options: Patient);
        stage.WriteNumbers(0, 0, 40);
        var seen = stage.Watch(new() { OnOutOfRange = ResetPolicy.Earliest });
        await seen.Sees(40);

        stage.Brokers.DeleteTopic("t");
        stage.Brokers.CreateTopic("t");
        stage.WriteNumbers(0, 100, 10);
        await seen.Sees(50);

        Assert.That(seen.Texts.Skip(40), Is.EqualTo(Enumerable.Range(100, 10).Select(n => $"{n}")));
        await stage.Tells<OffsetReset>(reset => reset is { From: 40, To: 0 });
    }

    [Test]
    public async Task F032_Keys_go_where_the_new_number_of_partitions_sends_them()
    {
        await using var stage = await Stage.OpenAsync(partitions: 1, options: Patient with { MetadataMaxAge = TimeSpan.FromMilliseconds(100) });
        var seen = stage.Watch(new() { Start = StartFrom.End });
        await stage.Tells<PartitionsFound>(found => found.Partitions.SequenceEqual([0]));
        await stage.Topic.PublishAsync(new ProducerRecord("before") { Key = "ab"u8.ToArray() });

        stage.Brokers.AddPartitions("t", 8);
        var expected = Partitioners.Murmur2.Choose("t", new ProducerRecord("") { Key = "ab"u8.ToArray() }, 8);
        Assert.That(expected, Is.Positive, "else the test tells nothing");
        var published = default(Published);
        for (var i = 0; published.Partition != expected && i < 1000; i++)
        {
            published = await stage.Topic.PublishAsync(new ProducerRecord($"{i}") { Key = "ab"u8.ToArray() });
            await Task.Delay(5);
        }

        Assert.That(published.Partition, Is.EqualTo(expected));
        await Eventually.Is(() => seen.Sights.Any(s => s.Partition == expected && s.Offset == 0), "what is new is read from its beginning");
    }

    [Test]
    public async Task F033_Partitions_that_a_broker_does_not_know_of_are_used_all_the_same()
    {
        await using var stage = await Stage.OpenAsync(brokers: 2, partitions: 4, options: Patient);
        var seen = stage.Watch();
        await PublishAsync(stage, 0, 8, partitions: 4);

        using var behind = stage.Brokers.Faults.Each(ApiKey.Metadata).Change<Metadata.Response>(answer => answer with
        {
            Topics = [.. answer.Topics.Select(topic => topic with { Partitions = [.. topic.Partitions.Take(1)] })],
        });
        for (var i = 0; i < 5; i++) await stage.Kafka.Readers.Watch.RefreshAsync("test");
        await PublishAsync(stage, 8, 8, partitions: 4);
        await seen.Sees(16);

        Assert.That(behind.Fired, Is.GreaterThanOrEqualTo(5));
        AssertOneProducer(stage, partitions: 4);
        stage.AssertNoPositionWasLost();
    }

    [Test]
    public async Task F034_A_broker_may_come_back_at_another_address()
    {
        await using var stage = await Stage.OpenAsync(brokers: 2, settings: new() { ReplicationFactor = 1 }, options: Patient);
        var seen = stage.Watch();
        await PublishAsync(stage, 0, 10);
        var leader = stage.Brokers.LeaderOf("t", 0);

        await stage.Brokers.StopBrokerAsync(leader);
        await stage.Brokers.StartBrokerAsync(leader, port: 0);
        await PublishAsync(stage, 10, 10);
        await seen.Sees(20);

        Assert.That(seen.Texts, Is.EqualTo(Enumerable.Range(0, 20).Select(n => $"{n}")));
        stage.AssertNoPositionWasLost();
    }

    [Test]
    public async Task F035_Brokers_may_come_back_at_each_others_addresses()
    {
        await using var stage = await Stage.OpenAsync(brokers: 3, partitions: 3, settings: new() { ReplicationFactor = 1 }, options: Patient);
        var seen = stage.Watch();
        await PublishAsync(stage, 0, 12, partitions: 3);
        var (one, two) = (stage.Brokers.Brokers[0].Port, stage.Brokers.Brokers[1].Port);

        await stage.Brokers.StopBrokerAsync(1);
        await stage.Brokers.StopBrokerAsync(2);
        await stage.Brokers.StartBrokerAsync(1, port: two);
        await stage.Brokers.StartBrokerAsync(2, port: one);
        await PublishAsync(stage, 12, 12, partitions: 3);
        await seen.Sees(24);

        Assert.That(seen.Texts, Is.EquivalentTo(Enumerable.Range(0, 24).Select(n => $"{n}")));
        AssertOneProducer(stage, partitions: 3);
        stage.AssertNoPositionWasLost();
    }

    [Test]
    public async Task F036_When_all_known_brokers_are_gone_the_given_addresses_are_asked_again()
    {
        await using var brokers = await EmbeddedKafka.StartAsync(3, new() { RememberedRequests = 10_000 });
        brokers.CreateTopic("t");
        brokers.MoveLeader("t", 0, 1);
        // Who is asked first says nothing of itself: like a balancer in front of the brokers, it is only where to begin.
        var hidden = brokers.Faults.Each(ApiKey.Metadata).Change<Metadata.Response>(answer => answer with
        {
            Brokers = [.. answer.Brokers.Where(broker => broker.NodeId != 3)],
        });
        await using var kafka = await Kafka.ConnectAsync($"127.0.0.1:{brokers.Brokers[2].Port}", Patient);
        var seen = new Watcher();
        kafka.Topics["t"].AsObservable().Subscribe(seen);
        await kafka.Topics["t"].PublishAsync("a");
        await seen.Sees(1);
        Assert.That(kafka.Brokers.Select(broker => broker.NodeId), Is.EqualTo(new[] { 1, 2 }));

        await brokers.StopBrokerAsync(1);
        await brokers.StopBrokerAsync(2);
        hidden.Dispose();
        await kafka.Topics["t"].PublishAsync("b").Soon();
        await seen.Sees(2);

        Assert.That(seen.Texts, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(kafka.Brokers.Select(broker => broker.NodeId), Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public async Task F036_A_client_that_is_told_to_begin_again_goes_on_from_the_given_addresses()
    {
        await using var stage = await Stage.OpenAsync(brokers: 2, options: Patient);
        var seen = stage.Watch();
        await PublishAsync(stage, 0, 10);

        var told = stage.Brokers.Faults.Next(ApiKey.Metadata, times: 2).Change<Metadata.Response>(_ => new() { ErrorCode = ErrorCode.RebootstrapRequired });
        await stage.Kafka.Readers.Watch.RefreshAsync("test");
        await PublishAsync(stage, 10, 10);
        await seen.Sees(20);

        Assert.That(told.Fired, Is.EqualTo(2));
        Assert.That(seen.Texts, Is.EqualTo(Enumerable.Range(0, 20).Select(n => $"{n}")));
        stage.AssertNoPositionWasLost();
    }

    [Test]
    public async Task F039_A_controller_that_moves_is_looked_for()
    {
        await using var stage = await Stage.OpenAsync(brokers: 3, partitions: 0, profile: KafkaProfile.V3_9, options: Patient);
        stage.Brokers.Faults.Next(ApiKey.CreateTopics).Answer(ErrorCode.NotController);
        stage.Brokers.Faults.Next(ApiKey.DeleteTopics).Answer(ErrorCode.NotController);

        await stage.Kafka.CreateTopicAsync("t", 2).Soon();
        await stage.Brokers.StopBrokerAsync(1);
        await stage.Kafka.CreateTopicAsync("u", 2).Soon();
        await stage.Kafka.DeleteTopicAsync("t").Soon();

        Assert.That(stage.Brokers.Topics, Is.EqualTo(new[] { "u" }));
        Assert.That(stage.Brokers.Requests.Where(request => request.Api == "CreateTopics").Select(request => request.Broker), Is.EqualTo(new[] { 1, 1, 2 }));
    }

    [Test]
    public async Task F039_What_a_lost_try_has_created_is_a_success()
    {
        await using var stage = await Stage.OpenAsync(partitions: 0, options: Patient);
        stage.Brokers.Faults.Next(ApiKey.CreateTopics).Applied().Close();

        await stage.Kafka.CreateTopicAsync("t").Soon();

        Assert.That(stage.Brokers.Topics, Is.EqualTo(new[] { "t" }));
    }

    static async Task PublishAsync(Stage stage, int first, int count, int partitions = 1)
    {
        for (var n = first; n < first + count; n++)
            await stage.Topic.PublishAsync(new ProducerRecord($"{n}") { Partition = n % partitions }).Soon();
    }

    /// <summary>All records of each partition are of one producer, that numbered them without a gap.</summary>
    static void AssertOneProducer(Stage stage, int partitions)
    {
        for (var partition = 0; partition < partitions; partition++)
        {
            var batches = stage.Brokers.Batches("t", partition);
            Assert.That(batches.Select(batch => (batch.ProducerId, batch.ProducerEpoch)).Distinct().Count(), Is.EqualTo(1));
            Assert.That(batches.Select(batch => (long)batch.BaseSequence), Is.EqualTo(batches.Select(batch => batch.BaseOffset)));
        }
    }
}
