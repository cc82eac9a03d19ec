using Samsa.Embedded;
using Samsa.Rx;

namespace Samsa.Tests.Topics;

/// <summary>A window or a page runs what comes back to it on one thread. Who blocks that thread until we are done must not wait for ever.</summary>
[TestFixture]
public sealed class BlockedCallerTests
{
    [Test]
    public async Task Nothing_needs_the_thread_of_a_caller_who_blocks_it()
    {
        await using var brokers = await EmbeddedKafka.StartAsync();
        var context = new BlockedContext();
        Exception? thrown = null;
        var window = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(context);
            try
            {
                Use(brokers.BootstrapServers);
            }
            catch (Exception error)
            {
                thrown = error;
            }
        });
        window.Start();

        Assert.That(window.Join(TimeSpan.FromSeconds(60)), Is.True, "it waits for itself");
        Assert.That(thrown, Is.Null);
        Assert.That(context.Posts, Is.Zero);
    }

    static void Use(string bootstrap)
    {
        var kafka = Kafka.ConnectAsync(bootstrap).GetAwaiter().GetResult();
        kafka.CreateTopicAsync("t").Wait();
        Assert.That(kafka.ListTopicsAsync().Result.Select(topic => topic.Name), Does.Contain("t"));
        var topic = kafka.Topics["t"];
        Assert.That(topic.PublishAsync("one").Result.Offset, Is.Zero);
        Assert.That(topic.PublishAsync(["two", "three"]).Result.Select(one => one.Offset), Is.EqualTo(new[] { 1L, 2L }));
        topic.Publish("four");
        topic.FlushAsync().Wait();
        var sink = topic.AsObserver(new() { Linger = TimeSpan.FromMilliseconds(1) });
        sink.OnNext("five");
        sink.FlushAsync().Wait();
        sink.DisposeAsync().AsTask().Wait();
        Assert.That(topic.OffsetsAsync().Result[0].End, Is.EqualTo(5));

        var seen = 0;
        topic.RunAsync(_ => seen++, new() { UntilEnd = true }).Wait();
        Assert.That(seen, Is.EqualTo(5));
        topic.RunAsync((_, _) => default, new() { UntilEnd = true }).Wait();
        var records = topic.AsAsyncEnumerable(new() { UntilEnd = true }).GetAsyncEnumerator();
        while (records.MoveNextAsync().AsTask().Result) seen++;
        records.DisposeAsync().AsTask().Wait();
        Assert.That(seen, Is.EqualTo(10));

        kafka.DeleteTopicAsync("t").Wait();
        kafka.DisposeAsync().AsTask().Wait();
    }

    /// <summary>The context of a thread that is blocked: what is posted to it never runs.</summary>
    sealed class BlockedContext : SynchronizationContext
    {
        int posts;

        public int Posts => Volatile.Read(ref posts);

        public override void Post(SendOrPostCallback d, object? state) => Interlocked.Increment(ref posts);

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();
    }
}
