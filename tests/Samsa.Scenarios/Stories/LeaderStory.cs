using System.Collections.Concurrent;

namespace Samsa.Scenarios.Stories;

/// <summary>A broker is killed in the middle of writing and reading, and comes back.</summary>
[TestFixture]
sealed class LeaderStory
{
    const int Partitions = 3;

    [TestCaseSource(typeof(Each), nameof(Each.BrokerAndSize))]
    public async Task A_leader_that_is_stopped_and_comes_back_loses_and_doubles_nothing(int size, BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync(size);
        var topic = await brokers.CreateTopicAsync("restless", Partitions, replication: size);
        await using var writing = await brokers.ConnectAsync();
        await using var reading = await brokers.ConnectAsync();

        using var events = writing.Events.Subscribe(Log());
        using var read = new Reader(reading.Topics[topic]);
        await using var written = new Writer(writing.Topics[topic]);

        Say("the writer writes");
        await written.MoreAsync(2_000, "before anything happened");
        await read.MoreAsync(1_000, "before anything happened");
        var victim = writing.Cluster.Latest().Topics[topic].Partitions[0].Leader;
        Say($"broker {victim} is stopped");
        await brokers.StopBrokerAsync(victim);
        Say($"broker {victim} is gone");
        if (size > 1) await written.MoreAsync(2_000, $"while broker {victim} was away");
        else await Task.Delay(TimeSpan.FromSeconds(0.5));
        Say($"broker {victim} is started");
        await brokers.StartBrokerAsync(victim);
        Say($"broker {victim} is back");
        await written.MoreAsync(2_000, $"after broker {victim} had come back");
        Say("the writer writes again");
        await written.EndAsync();
        await read.UntilAsync(written);
        Say("all is read");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(written.Failures, Is.Empty, "records that were not persisted");
            for (var partition = 0; partition < Partitions; partition++)
            {
                // Without sequence numbers a batch whose answer was lost is written again: then a run comes twice, and nothing is missing.
                var came = kind.IsIdempotent ? read[partition] : [.. read[partition].Distinct()];
                Assert.That(FirstDifference(came, written[partition]), Is.Null, $"partition {partition}");
            }
        }
    }

    // The course of events, for the reader of a failure.
    static void Say(string what) => TestContext.Out.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {what}");

    // Events come from threads that do not know which test they belong to.
    static Action<KafkaEvent> Log()
    {
        var log = TestContext.Out;
        return what => log.WriteLine($"{what.At:HH:mm:ss.fff}   {what.ToString()!.Split('\n')[0]}");
    }

    // Thousands of numbers in a failure help nobody.
    static string? FirstDifference(int[] came, int[] sent)
    {
        for (var place = 0; place < Math.Max(came.Length, sent.Length); place++)
            if (place >= came.Length || place >= sent.Length || came[place] != sent[place])
                return $"at {place} of {sent.Length} came {string.Join(' ', came.Skip(place).Take(5))}, sent was {string.Join(' ', sent.Skip(place).Take(5))}";
        return null;
    }

    /// <summary>Writes numbers, a thousand every few milliseconds at most, until it is told to stop.</summary>
    sealed class Writer : IAsyncDisposable
    {
        readonly KafkaSink sink;
        readonly CancellationTokenSource enough = new();
        readonly List<int>[] sent = [.. Enumerable.Range(0, Partitions).Select(_ => new List<int>())];
        readonly Task loop;
        long persisted;

        public Writer(Topic topic)
        {
            sink = topic.AsObserver();
            sink.Reports.Subscribe(report =>
            {
                if (report.Outcome is Outcome.Persisted) Interlocked.Increment(ref persisted);
                else Failures.Enqueue(report);
            });
            loop = Task.Run(WriteAsync);
        }

        public ConcurrentQueue<DeliveryReport> Failures { get; } = [];

        public int[] this[int partition] => [.. sent[partition]];

        public async Task MoreAsync(int count, string when)
        {
            var wanted = Interlocked.Read(ref persisted) + count;
            await Patience.Until(() => Interlocked.Read(ref persisted) >= wanted || !Failures.IsEmpty, 60, $"{count} more records persisted {when}",
                () => $"{Interlocked.Read(ref persisted)} of {wanted} are");
        }

        public async Task EndAsync()
        {
            await enough.CancelAsync();
            await loop;
            sink.OnCompleted();
            await sink.Completion.Within(60, "everything that was written is reported");
        }

        public async ValueTask DisposeAsync()
        {
            await enough.CancelAsync();
            await loop;
            await sink.DisposeAsync();
            enough.Dispose();
        }

        async Task WriteAsync()
        {
            for (var number = 0; !enough.IsCancellationRequested; number++)
            {
                var partition = number % Partitions;
                sent[partition].Add(number);
                sink.OnNext(new ProducerRecord($"{number}") { Partition = partition });
                if (number % 20 == 0) await Task.Delay(5);
            }
        }
    }

    /// <summary>Reads the numbers from the beginning, as long as they come.</summary>
    sealed class Reader : IDisposable
    {
        readonly List<int>[] came = [.. Enumerable.Range(0, Partitions).Select(_ => new List<int>())];
        readonly IDisposable subscription;
        Exception? error;

        public Reader(Topic topic) => subscription = topic.AsObservable().Subscribe(record =>
        {
            var list = came[record.Partition];
            lock (list) list.Add(int.Parse(record.Text!, System.Globalization.CultureInfo.InvariantCulture));
        }, failure => error = failure);

        public int[] this[int partition]
        {
            get
            {
                lock (came[partition]) return [.. came[partition]];
            }
        }

        int Count => Enumerable.Range(0, Partitions).Sum(partition => this[partition].Length);

        public async Task MoreAsync(int count, string when)
        {
            var wanted = Count + count;
            await Patience.Until(() => Count >= wanted || error is not null, 60, $"{count} more records read {when}");
            Assert.That(error, Is.Null, "the reader ended");
        }

        public async Task UntilAsync(Writer written)
        {
            await Patience.Until(() => error is not null || Enumerable.Range(0, Partitions).All(partition => Reached(partition, written[partition])), 60,
                "the last record of each partition read", () => $"{Count} came");
            Assert.That(error, Is.Null, "the reader ended");
        }

        public void Dispose() => subscription.Dispose();

        bool Reached(int partition, int[] sent)
        {
            lock (came[partition]) return sent.Length == 0 || (came[partition] is [.., var last] && last == sent[^1]);
        }
    }
}
