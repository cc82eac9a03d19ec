using System.Reactive;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Cluster;

/// <summary>How the view of the cluster comes to be, and what does not get into it.</summary>
[TestFixture]
public sealed class ClusterWatchTests
{
    [Test]
    public async Task A_view_is_there_when_the_client_is()
    {
        await using var cluster = new ScriptedCluster(brokers: 2);
        await using var client = await Client.StartAsync(cluster);

        Assert.Multiple(() =>
        {
            Assert.That(client.Watch.Current.Brokers.Keys, Is.EqualTo([1, 2]));
            Assert.That(client.Watch.Current.ControllerId, Is.EqualTo(1));
            Assert.That(client.Watch.Current.ClusterId, Is.EqualTo("scripted"));
            Assert.That(client.Watch.Current.Topics, Is.Empty);
        });
    }

    [Test]
    public async Task Only_topics_that_somebody_follows_are_asked_for_and_none_is_created()
    {
        await using var cluster = new ScriptedCluster();
        cluster.Put("mine", (1, 0));
        cluster.Put("other", (1, 0));
        await using var client = await Client.StartAsync(cluster);

        var interest = client.Watch.Follow("mine");
        var view = await client.Watch.RefreshAsync("test").Soon();
        Assert.That(view.Topics.Keys, Is.EqualTo(["mine"]));
        interest.Dispose();
        interest.Dispose();
        view = await client.Watch.RefreshAsync("test").Soon();

        Assert.That(view.Topics, Is.Empty);
        Assert.That(cluster.Asked, Is.EqualTo(["", "mine", ""]));
        Assert.That(cluster.Peers[0].Heard.Where(heard => heard.Api == Metadata.Api).Select(heard => heard.Read<Metadata.Request>().AllowAutoTopicCreation),
            Is.All.False);
    }

    [Test]
    public async Task A_broker_that_would_create_what_is_named_is_asked_for_all()
    {
        await using var cluster = new ScriptedCluster { First = (_, heard) => heard.Api == ApiVersions.Api ? Talk.Speaking((3, 0, 3), (18, 0, 4)) : null };
        cluster.Put("mine", (1, 0));
        cluster.Put("other", (1, 0));
        await using var client = await Client.StartAsync(cluster);
        using var interest = client.Watch.Follow("mine");

        var view = await client.Watch.RefreshAsync("test").Soon();

        Assert.That(view.Topics.Keys, Is.EqualTo(["mine"]));
        Assert.That(cluster.Asked, Is.EqualTo(new[] { "", null }));
    }

    [Test]
    public async Task A_topic_is_named_to_the_broker_when_it_may_be_created()
    {
        await using var cluster = new ScriptedCluster();
        var created = 0;
        cluster.First = (_, heard) =>
        {
            if (created > 0 || heard.Api != Metadata.Api || heard.Read<Metadata.Request>() is not { AllowAutoTopicCreation: true } question) return null;
            cluster.Put(question.Topics!.Single().Name!, (1, 0), (1, 0));
            created++;
            return new Metadata.Response { Brokers = cluster.Named, Topics = [new() { Name = "new", ErrorCode = ErrorCode.LeaderNotAvailable }] };
        };
        await using var client = await Client.StartAsync(cluster);

        var topic = await client.Watch.TopicAsync("new", create: true).Soon();

        Assert.That(topic.Partitions, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_topic_that_is_not_there_is_waited_for()
    {
        await using var cluster = new ScriptedCluster();
        await using var client = await Client.StartAsync(cluster);
        var waiting = client.Watch.TopicAsync("late", create: false);
        await Eventually.True(() => client.Watch.Current.Topics.ContainsKey("late"));
        Assert.That(client.Watch.Current.Topics["late"].Error, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));

        cluster.Put("late", (1, 0));

        Assert.That((await waiting.Soon()).Partitions, Has.Count.EqualTo(1));
        await client.Events.Has<TopicMissing>(missing => missing.Topic == "late");
    }

    [Test]
    public async Task A_topic_that_we_may_not_see_is_an_error()
    {
        await using var cluster = new ScriptedCluster
        {
            First = (_, heard) => heard.Api == Metadata.Api && heard.Read<Metadata.Request>().Topics!.Count > 0
                ? new Metadata.Response { Brokers = [new() { NodeId = 1, Host = "127.0.0.1", Port = 1 }], Topics = [new() { Name = "secret", ErrorCode = ErrorCode.TopicAuthorizationFailed }] }
                : null,
        };
        await using var client = await Client.StartAsync(cluster);

        var error = await client.Watch.TopicAsync("secret", create: false).ShouldThrow<BrokerException>();

        Assert.That(error.Error, Is.EqualTo(ErrorCode.TopicAuthorizationFailed));
    }

    [Test]
    public async Task Views_tell_that_a_leader_moved_and_begin_with_the_latest()
    {
        await using var cluster = new ScriptedCluster(brokers: 2);
        cluster.Put("t", (1, 1));
        await using var client = await Client.StartAsync(cluster);
        using var interest = client.Watch.Follow("t");
        await client.Watch.RefreshAsync("test").Soon();
        var leaders = new List<int>();
        using var watching = client.Watch.Views.Subscribe(Observer.Create<ClusterView>(view => { lock (leaders) leaders.Add(view.Find("t", 0)!.Leader); }));
        await Eventually.True(() => leaders.Count == 1);

        cluster.Put("t", (2, 2));
        await client.Watch.RefreshAsync("test").Soon();

        await Eventually.True(() => leaders.Count == 2);
        Assert.That(leaders, Is.EqualTo([1, 2]));
    }

    [Test]
    public async Task I028_A_stale_answer_changes_nothing()
    {
        await using var cluster = new ScriptedCluster(brokers: 2);
        cluster.Put("t", (2, 5));
        await using var client = await Client.StartAsync(cluster);
        using var interest = client.Watch.Follow("t");
        var before = await client.Watch.RefreshAsync("test").Soon();

        cluster.Put("t", (1, 4));
        var after = await client.Watch.RefreshAsync("test").Soon();

        Assert.That(after, Is.SameAs(before));
    }

    [Test]
    public async Task A_hint_shows_a_new_leader_at_once_and_an_old_hint_nothing()
    {
        await using var cluster = new ScriptedCluster(brokers: 2);
        cluster.Put("t", (1, 5));
        await using var client = await Client.StartAsync(cluster);
        using var interest = client.Watch.Follow("t");
        await client.Watch.RefreshAsync("test").Soon();

        client.Watch.Hint("t", 0, leader: 2, epoch: 5);
        Assert.That(client.Watch.Current.Find("t", 0)!.Leader, Is.EqualTo(1));
        client.Watch.Hint("t", 0, leader: 2, epoch: 6);
        Assert.That(client.Watch.Current.Find("t", 0), Is.EqualTo(new PartitionView(0, 2, 6, [1], [1], ErrorCode.None)));
        client.Watch.Hint("t", 0, leader: 3, epoch: 7, new BrokerInfo(3, "127.0.0.1", 9));
        Assert.That(client.Watch.Current.Brokers.Keys, Is.EqualTo([1, 2, 3]));
        Assert.That(client.Watch.Current.Find("t", 0)!.Leader, Is.EqualTo(3));
    }

    [Test]
    public async Task A_broker_that_was_named_as_a_leader_in_passing_stays_until_the_others_have_heard_of_it()
    {
        await using var cluster = new ScriptedCluster(brokers: 3);
        var everybody = cluster.Named;
        cluster.Named = [.. everybody.Take(2)];
        cluster.Put("t", (1, 5));
        await using var client = await Client.StartAsync(cluster);
        using var interest = client.Watch.Follow("t");
        await client.Watch.RefreshAsync("test").Soon();

        client.Watch.Hint("t", 0, leader: 3, epoch: 6, new BrokerInfo(3, "127.0.0.1", everybody[2].Port));
        var lagging = await client.Watch.RefreshAsync("test").Soon();
        Assert.That((lagging.Find("t", 0)!.Leader, lagging.Brokers.ContainsKey(3)), Is.EqualTo((3, true)));
        await client.Connections.GetAsync(3, ConnectionUse.General).AsTask().Soon();

        cluster.Put("t", (2, 7));
        var caughtUp = await client.Watch.RefreshAsync("test").Soon();
        Assert.That((caughtUp.Find("t", 0)!.Leader, caughtUp.Brokers.ContainsKey(3)), Is.EqualTo((2, false)));
    }

    [Test]
    public async Task A_hint_of_an_unknown_broker_is_a_reason_to_ask()
    {
        await using var cluster = new ScriptedCluster();
        cluster.Put("t", (1, 5));
        await using var client = await Client.StartAsync(cluster);
        using var interest = client.Watch.Follow("t");
        await client.Watch.RefreshAsync("test").Soon();
        var before = cluster.Questions;

        client.Watch.Hint("t", 0, leader: 9, epoch: 6);

        await Eventually.True(() => cluster.Questions > before);
    }

    [Test]
    public async Task F028_A_topic_that_is_missing_for_a_moment_is_kept_and_one_that_stays_away_is_not()
    {
        var clock = new TestClock();
        await using var cluster = new ScriptedCluster();
        cluster.Put("t", (1, 5));
        await using var client = await Client.StartAsync(cluster, new() { Clock = clock });
        using var interest = client.Watch.Follow("t");
        await clock.AdvanceUntilAsync(() => client.Watch.Current.Topics.ContainsKey("t"), TimeSpan.FromMinutes(1));
        var before = cluster.Questions;

        cluster.Remove("t");
        client.Watch.Doubt("test");
        await clock.AdvanceUntilAsync(() => cluster.Questions >= before + 2, TimeSpan.FromMilliseconds(100));
        Assert.That(client.Watch.Current.Find("t", 0), Is.Not.Null);

        await clock.AdvanceUntilAsync(() => client.Watch.Current.Find("t", 0) is null, TimeSpan.FromMilliseconds(100));
        Assert.That(cluster.Questions - before, Is.InRange(3, 60));
        Assert.That(client.Watch.Current.Topics["t"].Error, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
    }

    [Test]
    public async Task A_topic_with_another_id_is_another_topic()
    {
        await using var cluster = new ScriptedCluster();
        var (old, now) = (Guid.NewGuid(), Guid.NewGuid());
        cluster.Put("t", old, (1, 5), (1, 5));
        await using var client = await Client.StartAsync(cluster);
        using var interest = client.Watch.Follow("t");
        await client.Watch.RefreshAsync("test").Soon();

        cluster.Put("t", now, (1, 0));
        var view = await client.Watch.RefreshAsync("test").Soon();

        Assert.That((view.Topics["t"].Id, view.Topics["t"].Partitions.Count, view.Find("t", 0)!.LeaderEpoch), Is.EqualTo((now, 1, 0)));
        await client.Events.Has<TopicRecreated>(recreated => recreated is { Topic: "t" } && recreated.Before == old && recreated.Now == now);
    }

    [Test]
    public async Task I033_An_answer_without_brokers_keeps_the_brokers()
    {
        await using var cluster = new ScriptedCluster(brokers: 2);
        await using var client = await Client.StartAsync(cluster);

        cluster.Named = [];
        var view = await client.Watch.RefreshAsync("test").Soon();

        Assert.That(view.Brokers.Keys, Is.EqualTo([1, 2]));
    }

    [Test]
    public async Task I033_A_client_does_not_start_on_an_answer_without_brokers()
    {
        var clock = new TestClock();
        await using var cluster = new ScriptedCluster { Named = [] };
        var starting = Client.StartAsync(cluster, new() { Clock = clock, StartTimeout = TimeSpan.FromSeconds(5) });

        await clock.AdvanceUntilAsync(() => starting.IsCompleted, TimeSpan.FromMilliseconds(100));

        var error = await starting.ShouldThrow<NoBrokersAvailableException>();
        Assert.That(error.InnerException!.Message, Does.Contain("named no broker"));
        Assert.That(cluster.Questions, Is.InRange(3, 30), "It asks again, but does not spin.");
    }

    [Test]
    public async Task An_answer_of_another_cluster_is_not_used()
    {
        await using var cluster = new ScriptedCluster();
        await using var client = await Client.StartAsync(cluster);
        var before = client.Watch.Current;

        cluster.ClusterId = "another";
        client.Watch.Doubt("test");

        await client.Events.Has<MetadataFailed>(failed => failed.Error.Message.Contains("another"));
        Assert.That(client.Watch.Current, Is.SameAs(before));
        cluster.ClusterId = "scripted";
        await client.Watch.RefreshAsync("test").Soon();
    }

    [Test]
    public async Task Many_who_want_news_share_a_question()
    {
        await using var cluster = new ScriptedCluster();
        await using var client = await Client.StartAsync(cluster);
        var before = cluster.Questions;

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => client.Watch.RefreshAsync("test"))).Soon();

        Assert.That(cluster.Questions - before, Is.LessThanOrEqualTo(2));
    }

    [Test]
    public async Task Questions_that_tell_nothing_new_come_slower_and_slower()
    {
        var clock = new TestClock();
        await using var cluster = new ScriptedCluster();
        await using var client = await Client.StartAsync(cluster, new() { Clock = clock, Retry = new() { Jitter = 0 } });
        var before = cluster.Questions;
        var asking = Task.Run(async () =>
        {
            while (cluster.Questions - before < 1000) await client.Watch.AfterAsync(client.Watch.Current);
        });

        for (var i = 0; i < 100; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(2);
        }

        // Ten seconds: after 100, 200, 400, 800 ms, and then each second.
        Assert.That(cluster.Questions - before, Is.InRange(5, 14));
        Assert.That(asking.IsCompleted, Is.False);
    }

    [Test]
    public async Task The_view_is_refreshed_when_it_is_old()
    {
        var clock = new TestClock();
        await using var cluster = new ScriptedCluster();
        await using var client = await Client.StartAsync(cluster, new() { Clock = clock, MetadataMaxAge = TimeSpan.FromMinutes(2) });
        var before = cluster.Questions;

        await clock.AdvanceUntilAsync(() => cluster.Questions > before, TimeSpan.FromSeconds(10));

        Assert.That(clock.GetTimestamp() - TimeSpan.TicksPerDay, Is.InRange(TimeSpan.TicksPerMinute * 2, TimeSpan.TicksPerMinute * 3));
    }

    [Test]
    public async Task A_broker_that_is_lost_is_replaced_by_another_one()
    {
        await using var cluster = new ScriptedCluster(brokers: 2);
        await using var client = await Client.StartAsync(cluster);
        await cluster.Peers[0].DisposeAsync();

        for (var i = 0; i < 3; i++) await client.Watch.RefreshAsync("test").Soon();

        Assert.That(client.Watch.Current.Brokers, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task F036_A_client_that_is_told_to_begin_again_asks_the_addresses_it_was_given()
    {
        var told = 0;
        await using var cluster = new ScriptedCluster
        {
            First = (_, heard) => heard.Api == Metadata.Api && Interlocked.Increment(ref told) == 2 ? new Metadata.Response { ErrorCode = ErrorCode.RebootstrapRequired } : null,
        };
        await using var client = await Client.StartAsync(cluster);

        await client.Watch.RefreshAsync("test").Soon();

        Assert.That(told, Is.GreaterThanOrEqualTo(3));
        Assert.That(cluster.Peers[0].Connections, Is.EqualTo(2));
    }

    [Test]
    public async Task Who_waits_learns_that_the_client_is_closed()
    {
        await using var cluster = new ScriptedCluster();
        var client = await Client.StartAsync(cluster);
        var waiting = client.Watch.TopicAsync("never", create: false);
        var ended = new TaskCompletionSource();
        using var watching = client.Watch.Views.Subscribe(Observer.Create<ClusterView>(_ => { }, ended.SetResult));

        await client.DisposeAsync();

        await waiting.ShouldThrow<ObjectDisposedException>();
        await ended.Task.Soon();
        await client.Watch.RefreshAsync("test").ShouldThrow<ObjectDisposedException>();
    }

    [Test]
    public async Task An_observer_that_throws_is_an_event_and_the_watch_goes_on()
    {
        await using var cluster = new ScriptedCluster();
        cluster.Put("t", (1, 0));
        await using var client = await Client.StartAsync(cluster);
        using var watching = client.Watch.Views.Subscribe(Observer.Create<ClusterView>(_ => throw new InvalidOperationException("mine")));

        await client.Events.Has<ObserverFailed>(failed => failed.Observed == "Cluster" && failed.Error.Message == "mine");

        Assert.That((await client.Watch.TopicAsync("t", create: false).Soon()).Partitions, Has.Count.EqualTo(1));
    }
}
