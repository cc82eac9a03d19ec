using System.Reactive;
using System.Reflection;
using Samsa.Rx;

namespace Samsa.Benchmarks.Versus;

/// <summary>Samsa.Rx with its default options, but for what is set in the environment.</summary>
sealed class SamsaContestant : IContestant
{
    public const string Name = "Samsa.Rx";

    /// <summary>Holds settings by Java's names, a line each.</summary>
    public const string SettingsVariable = "SAMSA_RACE_SETTINGS";

    readonly Kafka kafka;
    readonly Heat heat;

    SamsaContestant(Kafka kafka, Heat heat) => (this.kafka, this.heat) = (kafka, heat);

    public string Version { get; } =
        typeof(Kafka).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static async Task<SamsaContestant> StartAsync(string bootstrap, Heat heat)
    {
        var options = KafkaOptions.Parse(Settings);
        return new(await Kafka.ConnectAsync(bootstrap, options with { Produce = options.Produce with { Compression = heat.Codec } }), heat);
    }

    static IEnumerable<KeyValuePair<string, string>> Settings =>
        from line in (Environment.GetEnvironmentVariable(SettingsVariable) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let parts = line.Split('=', 2)
        select KeyValuePair.Create(parts[0], parts.ElementAtOrDefault(1) ?? "");

    Topic Topic => kafka.Topics[heat.Topic];

    public async Task ProduceAsync(byte[][] values, long records, Reports reports)
    {
        if (reports is Reports.Awaited)
        {
            await Window.RunAsync(records, i => Topic.PublishAsync(new ProducerRecord((ReadOnlyMemory<byte>?)values[i % values.Length])));
            return;
        }

        var sink = Topic.AsObserver();
        var told = 0L;
        using var _ = reports is Reports.Each ? sink.Reports.Subscribe(Observer.Create<DeliveryReport>(_ => told++)) : null;
        for (var i = 0L; i < records; i++) sink.OnNext(new ProducerRecord((ReadOnlyMemory<byte>?)values[i % values.Length]));
        sink.OnCompleted();
        var counts = await sink.Completion;
        if (counts.Persisted != records || reports is Reports.Each && told != records)
            throw new InvalidOperationException($"{records} records were sent, {counts.Persisted} persisted and {told} reported.");
    }

    public Task ConsumeAsync(Course course) => Task.WhenAll(Enumerable.Range(0, heat.Subscriptions).Select(_ => ConsumeOneAsync(course)));

    async Task ConsumeOneAsync(Course course)
    {
        var counting = new Counting(course, heat.Subscriptions);
        using (Topic.AsObservable().Subscribe(counting)) await counting.Ended;
    }

    public async Task LatencyAsync(Latencies latencies, long records, int perSecond)
    {
        var reading = new TaskCompletionSource();
        using var found = kafka.Events.Subscribe(Observer.Create<KafkaEvent>(happened => { if (happened is PartitionsFound) reading.TrySetResult(); }));
        using var subscription = Topic.AsObservable(new() { Start = StartFrom.End }).Subscribe(Observer.Create<KafkaRecord>(record => latencies.Took(record.Value.Span)));
        await reading.Task;
        await Task.Delay(TimeSpan.FromSeconds(2));
        var value = new byte[100];
        await Task.Run(() => Latencies.Pace(records, perSecond, () =>
        {
            Latencies.Stamp(value);
            Topic.Publish(new ProducerRecord((ReadOnlyMemory<byte>?)value));
        }));
        await latencies.Ended;
    }

    public async Task IdleAsync(Task until)
    {
        await Topic.PublishAsync("one");
        using var subscription = Topic.AsObservable().Subscribe(Observer.Create<KafkaRecord>(_ => { }));
        await until;
    }

    public ValueTask DisposeAsync() => kafka.DisposeAsync();

    /// <summary>Looks at each value, and ends after so many.</summary>
    sealed class Counting(Course course, int readers) : IObserver<KafkaRecord>
    {
        readonly TaskCompletionSource<long> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly long warm = course.Counted / readers;
        long left = course.Records / readers, sum;

        public Task Ended => ended.Task;

        public void OnNext(KafkaRecord value)
        {
            var bytes = value.Value.Span;
            sum += bytes.Length + bytes[0] + value.Offset;
            if (--left == warm) course.Warm();
            if (left == 0) ended.TrySetResult(sum);
        }

        public void OnError(Exception error) => ended.TrySetException(error);

        public void OnCompleted() => ended.TrySetException(new InvalidOperationException($"The topic ended {left} records early."));
    }
}
