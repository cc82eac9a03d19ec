using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.Producing;

namespace Samsa.Tests.Faults;

/// <summary>Errors that a broker answers to a batch. The numbers are those of docs/faults.md.</summary>
public class ProduceFaults
{
    static readonly SinkOptions Impatient = new() { DeliveryTimeout = TimeSpan.FromSeconds(20) };

    [TestCase(ErrorCode.RequestTimedOut, TestName = "F042_REQUEST_TIMED_OUT_says_nothing_and_the_batch_is_sent_again_under_its_number")]
    [TestCase(ErrorCode.NotEnoughReplicasAfterAppend, TestName = "F044_NOT_ENOUGH_REPLICAS_AFTER_APPEND_is_sent_again_and_found_to_be_there")]
    public async Task F042_F044_What_is_written_already_is_sent_again_and_there_once(ErrorCode error)
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.PublishAsync("a");
        using var sent = stage.Faults.Each(ApiKey.Produce).Watch();
        stage.Faults.Next(ApiKey.Produce, times: 3).Applied().Answer(error);
        Assert.That((await stage.PublishAsync("b").Soon()).Offset, Is.EqualTo(1));
        Assert.That(sent.Batches().Numbers(), Is.EqualTo(Enumerable.Repeat(((short)0, 1, 1), 4)));
        Assert.That(stage.Log(), Is.EqualTo(new[] { "a", "b" }));

        await using var once = await FaultStage.OpenAsync(produce: new() { Retries = 0 });
        once.Faults.Next(ApiKey.Produce).Applied().Answer(error);
        var failed = await once.PublishAsync("a").ShouldThrow<PublishException>();
        Assert.That((failed.Outcome, failed.Code), Is.EqualTo((Outcome.Unknown, error)));
    }

    [TestCase(ErrorCode.NotEnoughReplicas, TestName = "F043_NOT_ENOUGH_REPLICAS_is_tried_again_until_the_delivery_timeout")]
    [TestCase(ErrorCode.KafkaStorageError, TestName = "F047_A_broker_without_a_disk_is_tried_again_until_the_delivery_timeout")]
    public async Task F043_F047_What_is_surely_not_written_is_tried_again_until_the_delivery_timeout(ErrorCode error)
    {
        var clock = new TestClock();
        await using var stage = await FaultStage.OpenAsync(produce: Impatient, clock: clock);
        await stage.PublishAsync("a").Soon();
        stage.Faults.Next(ApiKey.Produce, times: 3).Answer(error);
        var well = stage.PublishAsync("b");
        await clock.AdvanceUntilAsync(() => well.IsCompleted, TimeSpan.FromMilliseconds(100));
        Assert.That((await well).Offset, Is.EqualTo(1));

        using var always = stage.Faults.Each(ApiKey.Produce).Answer(error);
        var (asked, began) = (stage.Cluster.Requests.Count(request => request.Api == "Metadata"), clock.GetTimestamp());
        var lost = stage.PublishAsync("c");
        await clock.AdvanceUntilAsync(() => lost.IsCompleted, TimeSpan.FromMilliseconds(100));
        var failed = await lost.ShouldThrow<PublishException>();
        Assert.Multiple(() =>
        {
            Assert.That(failed.Outcome, Is.EqualTo(Outcome.NotPersisted));
            Assert.That(clock.GetElapsedTime(began), Is.GreaterThanOrEqualTo(Impatient.DeliveryTimeout));
            Assert.That(always.Fired, Is.InRange(10, 60), "tries in 20 seconds, between which it waits up to one");
            if (error is ErrorCode.KafkaStorageError)
                Assert.That(stage.Cluster.Requests.Count(request => request.Api == "Metadata"), Is.GreaterThan(asked), "another broker may lead by now");
        });
    }

    [TestCase(ErrorCode.InvalidRecord)]
    [TestCase(ErrorCode.InvalidTimestamp)]
    public async Task F046_A_record_that_the_broker_does_not_want_is_named_and_those_behind_it_are_written(ErrorCode error)
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.PublishAsync("a");
        stage.Faults.Next(ApiKey.Produce).Answer<Produce.Request>(request => Refuse(request, error));
        var failed = await stage.PublishAsync("b").ShouldThrow<PublishException>();
        Assert.Multiple(() =>
        {
            Assert.That((failed.Outcome, failed.Code), Is.EqualTo((Outcome.NotPersisted, error)));
            Assert.That(failed.Message, Does.EndWith(", it is not to my taste."));
        });
        Assert.That((await stage.PublishAsync("c").Soon()).Offset, Is.EqualTo(1), "the gap in the numbers is closed");
        Assert.That(stage.Stored().Numbers(), Is.EqualTo(new[] { ((short)0, 0, 1), ((short)1, 0, 1) }), "by a new epoch");
    }

    [Test]
    public async Task F046_Of_a_batch_the_records_that_the_broker_names_fail_for_that_and_the_others_because_of_them()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.PublishAsync("a");
        var reports = new ReportList();
        using var listening = stage.Topic.Reports.Subscribe(reports);
        // The first is held, so that the others make one batch.
        using var held = stage.Faults.Next(ApiKey.Produce).Hold();
        var first = stage.PublishAsync("b");
        await held.FiredAsync();
        stage.Faults.Next(ApiKey.Produce).Answer<Produce.Request>(request => Refuse(request, ErrorCode.InvalidRecord, 1, 3, -1, 5, int.MaxValue, 1));
        for (var i = 0; i < 5; i++) stage.Topic.Publish(new ProducerRecord($"{i}") { Partition = 0, Tag = i });
        var awaited = stage.PublishAsync("awaited, and named");
        held.Release();

        await first.Soon();
        var named = await awaited.ShouldThrow<PublishException>();
        await Eventually.True(() => reports.All.Count == 5);
        Assert.Multiple(() =>
        {
            Assert.That(reports.All.Select(report => (report.Outcome, report.Error!.Code)), Is.All.EqualTo((Outcome.NotPersisted, ErrorCode.InvalidRecord)));
            Assert.That(reports.All.Where(report => report.Error is BatchRefusedException).Select(report => report.Tag), Is.EqualTo(new[] { 0, 2, 4 }));
            Assert.That(reports.All.Where(report => report.Error is not BatchRefusedException).Select(report => report.Error!.Message), Is.All.EndsWith("INVALID_RECORD, it is not to my taste."));
            Assert.That(reports.All[0].Error!.Message, Does.Contain("others of its batch were refused").And.Contain("record 1 of the batch: it is not to my taste"));
            Assert.That(named, Is.Not.InstanceOf<BatchRefusedException>());
        });
        await stage.HasAsync<DeliveryFailed>(failed => failed.Records == 6);
        foreach (var report in reports.All.Where(report => report.Error is BatchRefusedException)) await stage.PublishAsync($"{report.Tag}").Soon();
        Assert.That(stage.Log(), Is.EqualTo(new[] { "a", "b", "0", "2", "4" }));
    }

    [Test]
    public async Task F046_What_may_have_been_damaged_on_the_wire_is_sent_once_more_and_not_twice()
    {
        await using var stage = await FaultStage.OpenAsync();
        stage.Faults.Next(ApiKey.Produce).Answer(ErrorCode.CorruptMessage);
        Assert.That((await stage.PublishAsync("a").Soon()).Offset, Is.Zero);
        using var always = stage.Faults.Each(ApiKey.Produce).Answer(ErrorCode.CorruptMessage);
        var failed = await stage.PublishAsync("b").ShouldThrow<PublishException>();
        Assert.That((failed.Outcome, failed.Code, always.Fired), Is.EqualTo((Outcome.NotPersisted, ErrorCode.CorruptMessage, 2)));
    }

    [Test]
    public async Task F048_A_number_out_of_order_though_all_before_it_is_settled_begins_a_new_epoch()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.PublishAsync("a");
        stage.Faults.Next(ApiKey.Produce).Answer(ErrorCode.OutOfOrderSequence);
        Assert.That((await stage.PublishAsync("b").Soon()).Offset, Is.EqualTo(1));
        await stage.PublishAsync("c").Soon();
        Assert.That(stage.Stored().Numbers(), Is.EqualTo(new[] { ((short)0, 0, 1), ((short)1, 0, 1), ((short)1, 1, 1) }));
    }

    [Test]
    public async Task F048_A_number_out_of_order_behind_one_that_is_unknown_waits_for_that_one()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.PublishAsync("a");
        // The first of two is lost on its way and the second is refused for it: the first goes again, then the second, with the same numbers.
        stage.Faults.Next(ApiKey.Produce).Drop();
        using var held = stage.Faults.Next(ApiKey.Produce).Applied().Hold();
        var first = stage.PublishAsync("b");
        await Eventually.True(() => stage.Cluster.Requests.Count(request => request.Api == "Produce") == 2);
        var second = stage.PublishAsync("c");
        _ = stage.Topic.FlushAsync();
        await held.FiredAsync();
        stage.Cluster.Brokers[0].CloseConnections();
        Assert.That(((await first.Soon()).Offset, (await second.Soon()).Offset), Is.EqualTo((1, 2)));
        Assert.That(stage.Stored().Numbers(), Is.EqualTo(new[] { ((short)0, 0, 1), ((short)0, 1, 1), ((short)0, 2, 1) }));
    }

    [Test]
    public async Task F049_A_batch_that_is_known_to_be_there_is_a_success_without_a_place()
    {
        await using var stage = await FaultStage.OpenAsync();
        stage.Faults.Next(ApiKey.Produce).Applied().Answer(ErrorCode.DuplicateSequence);
        Assert.That((await stage.PublishAsync("a").Soon()).Offset, Is.EqualTo(-1));
        Assert.That((await stage.PublishAsync("b").Soon()).Offset, Is.EqualTo(1));
        Assert.That(stage.Log(), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task F050_A_broker_that_has_forgotten_the_producer_gets_it_anew()
    {
        // Kafka 1.0 to 2.4 forget a producer together with its last record.
        await using var stage = await FaultStage.OpenAsync(profile: KafkaProfile.V1_1);
        foreach (var value in new[] { "a", "b" }) await stage.PublishAsync(value);
        stage.Cluster.Truncate("t", 0, toOffset: 0);
        using var sent = stage.Faults.Each(ApiKey.Produce).Watch();
        Assert.That((await stage.PublishAsync("c").Soon()).Offset, Is.Zero);
        await stage.PublishAsync("d").Soon();
        Assert.That(sent.Batches().Numbers(), Is.EqualTo(new[] { ((short)0, 2, 1), ((short)1, 0, 1), ((short)1, 1, 1) }));
        Assert.That(stage.Log(), Is.EqualTo(new[] { "c", "d" }));
    }

    static Produce.Response Refuse(Produce.Request request, ErrorCode error, params int[] named) => new()
    {
        Responses = [.. request.TopicData.Select(topic => new Produce.Response.TopicProduceResponse
        {
            Name = topic.Name,
            TopicId = topic.TopicId,
            PartitionResponses = [.. topic.PartitionData.Select(data => new Produce.Response.PartitionProduceResponse
            {
                Index = data.Index,
                ErrorCode = error,
                BaseOffset = -1,
                ErrorMessage = "One or more records have been rejected",
                RecordErrors = [.. (named.Length > 0 ? named : [0]).Select(index => new Produce.Response.BatchIndexAndErrorMessage { BatchIndex = index, BatchIndexErrorMessage = "it is not to my taste" })],
            })],
        })],
    };
}
