using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.Producing;

namespace Samsa.Tests.Faults;

/// <summary>Mistakes that good clients have made. The numbers are those of docs/faults.md.</summary>
public class KnownBugs
{
    [Test]
    public async Task B01_A_broker_that_does_not_know_the_topic_for_a_while_makes_nobody_number_anew()
    {
        await using var stage = await FaultStage.OpenAsync();
        for (var i = 0; i < 3; i++) await stage.PublishAsync($"{i}");
        using (var forgetful = stage.Faults.Each(ApiKey.Metadata).Answer(ErrorCode.UnknownTopicOrPartition))
        {
            stage.Faults.Next(ApiKey.Produce).Answer(ErrorCode.NotLeaderOrFollower);
            var next = stage.PublishAsync("3");
            await forgetful.FiredAsync(times: 3);
            await next.Soon();
        }

        await stage.PublishAsync("4").Soon();
        // Begun again, the broker would have taken the new ones for those it has.
        Assert.That(stage.Log(), Is.EqualTo(new[] { "0", "1", "2", "3", "4" }));
        Assert.That(stage.Stored().Numbers(), Is.EqualTo(Enumerable.Range(0, 5).Select(i => ((short)0, i, 1))));
    }

    [Test]
    public async Task B05_After_an_unknown_outcome_the_numbers_stay_and_everything_goes_again_in_its_order()
    {
        await using var stage = await FaultStage.OpenAsync(produce: new() { BatchBytes = 256 });
        await stage.PublishAsync("first");
        using var held = stage.Faults.Next(ApiKey.Produce).Applied().Hold();
        var all = Enumerable.Range(0, 40).Select(i => stage.PublishAsync($"{i}".PadRight(100))).ToArray();
        await held.FiredAsync();
        // Several batches are under way; of the first nobody will ever hear that it was written.
        stage.Faults.Next(ApiKey.Produce).Answer(ErrorCode.RequestTimedOut);
        stage.Cluster.Brokers[0].CloseConnections();
        Assert.That((await Task.WhenAll(all).Soon()).Select(one => one.Offset), Is.EqualTo(Enumerable.Range(1, 40)));
        Assert.That(stage.Log().Skip(1).Select(value => int.Parse(value, null)), Is.EqualTo(Enumerable.Range(0, 40)));
        Assert.That(stage.Stored().Select(batch => batch.ProducerEpoch), Is.All.Zero, "nothing had to begin anew");
    }

    [Test]
    public async Task B10_Bytes_that_are_still_being_written_belong_to_their_record_though_its_time_is_over()
    {
        var (clock, pool) = (new TestClock(), new TrackedPool());
        await using var cluster = await EmbeddedKafka.StartAsync(options: new() { MaxMessageBytes = 64 << 20 });
        foreach (var topic in new[] { "t", "u" }) cluster.CreateTopic(topic);
        var patience = new SinkOptions
        {
            DeliveryTimeout = TimeSpan.FromSeconds(5), FlushTimeout = TimeSpan.Zero, InFlight = 2,
            BatchBytes = 32 << 20, RequestBytes = 32 << 20, BufferBytes = 100 << 20,
        };
        await using var client = await Client.ConnectAsync(cluster, patience, clock, pool);
        await client.PublishAsync("t", "first");
        await client.PublishAsync("u", "first");

        // The broker reads nothing while it holds a request, so the large one behind it gets stuck in the socket.
        using var held = cluster.Faults.Next(ApiKey.Produce).Hold();
        var small = client.PublishAsync("t", "small");
        await held.FiredAsync();
        var bytes = new byte[24 << 20];
        bytes.AsSpan().Fill((byte)'y');
        var large = client.PublishAsync("u", bytes);
        _ = client.Producers.Shared.FlushAsync(default);
        await Eventually.True(() => client.Producers.Shared.Batches.Budget.Taken > bytes.Length);
        await Task.Delay(100);
        await clock.AdvanceUntilAsync(() => large.IsCompleted && small.IsCompleted, TimeSpan.FromMilliseconds(500));
        Assert.That((await large.ShouldThrow<PublishException>()).Outcome, Is.EqualTo(Outcome.Unknown));
        Assert.That(pool.Outside, Is.Positive, "the socket still reads from it");

        held.Release();
        await Eventually.True(() => cluster.Log("u", 0).EndOffset == 2);
        var next = client.PublishAsync("t", "next");
        await clock.AdvanceUntilAsync(() => next.IsCompleted, TimeSpan.FromMilliseconds(20), most: 200);
        Assert.That(cluster.Values("t"), Is.EqualTo(new[] { "first", "small", "next" }));
        Assert.That(cluster.Values("u")[1].AsSpan().IndexOfAnyExcept('y'), Is.EqualTo(-1), "the pool spoils what comes back to it");
        Assert.That(cluster.Values("u")[1], Has.Length.EqualTo(bytes.Length));
        await client.DisposeAsync();
        Assert.That((pool.Outside, pool.Strangers), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task B11_Whatever_happens_to_a_batch_its_memory_comes_back_once([Values(1, 2, 3)] int seed)
    {
        var (random, pool) = (new Random(seed), new TrackedPool());
        await using var cluster = await EmbeddedKafka.StartAsync();
        cluster.CreateTopic("t", partitions: 3, new() { MaxMessageBytes = 2_000 });
        var options = new SinkOptions { BatchBytes = 4_000, BufferBytes = 64_000, Retry = new() { First = TimeSpan.FromMilliseconds(1), Most = TimeSpan.FromMilliseconds(10) } };
        await using var client = await Client.ConnectAsync(cluster, options, arrays: pool);
        await client.KnowAsync("t");
        foreach (var error in new[] { ErrorCode.NotLeaderOrFollower, ErrorCode.RequestTimedOut, ErrorCode.CorruptMessage, ErrorCode.OutOfOrderSequence })
            cluster.Faults.Next(ApiKey.Produce, times: 2).Where(_ => random.Next(2) == 0).Answer(error);
        cluster.Faults.Next(ApiKey.Produce, times: 3).Where(_ => random.Next(3) == 0).Applied().Close();
        cluster.Faults.Next(ApiKey.Produce).Where(_ => random.Next(3) == 0).Change<Produce.Response>(answer => answer with { Responses = [] });
        var all = Enumerable.Range(0, 600).Select(i => client.PublishAsync("t", new byte[i % 97 == 0 ? 3_000 : 300])).ToArray();
        await Task.WhenAll(all).ContinueWith(_ => { }, TaskScheduler.Default).Soon();
        Assert.That(all.Count(one => one.IsFaulted), Is.GreaterThanOrEqualTo(7), "those that are too large");
        await Eventually.True(() => client.Producers.Shared.Batches.Budget.Taken == 0);
        await client.DisposeAsync();
        Assert.That((pool.Outside, pool.Strangers), Is.EqualTo((0, 0)), $"of {pool.Rented} rented arrays");
    }

    [Test]
    public async Task B13_Whoever_is_told_something_may_do_anything_meanwhile()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.PublishAsync("0");
        var told = new[] { new TaskCompletionSource<bool>(), new TaskCompletionSource<bool>(), new TaskCompletionSource<bool>() };
        using var reports = stage.Topic.Reports.Subscribe(_ => Do(told[0]));
        using var events = stage.Kafka.Events.Subscribe(_ => Do(told[1]));
        using var views = stage.Kafka.Cluster.Subscribe(_ => Do(told[2]));
        stage.Faults.Next(ApiKey.Produce).Answer(ErrorCode.NotLeaderOrFollower);
        stage.Topic.Publish(new ProducerRecord("1") { Partition = 0 });
        foreach (var one in told) Assert.That(await one.Task.WaitAsync(2 * Eventually.Patience), Is.True);

        // Another thread does what needs every lock there could be, while this one is in OnNext and waits for it.
        void Do(TaskCompletionSource<bool> done)
        {
            if (done.Task.IsCompleted) return;
            var all = Task.Run(async () =>
            {
                stage.Topic.Publish(new ProducerRecord("more") { Partition = 0 });
                await stage.Kafka.ListTopicsAsync();
                using var late = stage.Topic.Reports.Subscribe(_ => { });
                using var view = stage.Kafka.Cluster.Subscribe(_ => { });
            });
            done.TrySetResult(all.Wait(Eventually.Patience));
        }
    }
}
