using System.Collections.Concurrent;

namespace Samsa.Scenarios.Stories;

/// <summary>What an application does in a day: it writes to topics that nobody made, and reads from wherever it likes.</summary>
[TestFixture]
sealed class ApplicationDayStory
{
    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task The_first_record_makes_its_topic(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        await using var kafka = await brokers.ConnectAsync();
        var topic = kafka.Topics[RunningBrokers.NewName("made-by-writing")];

        var place = await topic.PublishAsync("hello").Within(30, "the first record");
        var read = await ReadAsync(topic, new());

        Assert.That((place.Topic, place.Offset), Is.EqualTo((topic.Name, 0L)));
        Assert.That(place.Partition, Is.InRange(0, 5));
        Assert.That(read, Is.EqualTo(new[] { "hello" }));
    }

    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task A_list_stays_in_order_on_one_partition(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        await using var kafka = await brokers.ConnectAsync();
        var topic = kafka.Topics[await brokers.CreateTopicAsync("lists", partitions: 6)];
        string[] words = [.. Enumerable.Range(0, 500).Select(number => $"word {number}")];

        var places = await topic.PublishAsync(words).Within(30, "a list");

        Assert.That(places.Select(place => place.Partition).Distinct().Count(), Is.EqualTo(1));
        Assert.That(places.Select(place => place.Offset), Is.EqualTo(Enumerable.Range(0, words.Length).Select(offset => (long)offset)));
        Assert.That(await ReadAsync(topic, new()), Is.EqualTo(words));
    }

    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task A_reader_starts_at_an_offset_and_at_the_last_few(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        await using var kafka = await brokers.ConnectAsync();
        var topic = kafka.Topics[await brokers.CreateTopicAsync("places", partitions: 2)];
        await topic.PublishAsync(Numbers(0, 10, partition: 0)).Within(30, "ten records");
        await topic.PublishAsync(Numbers(10, 3, partition: 1)).Within(30, "three records");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ReadAsync(topic, new() { Start = StartFrom.Offset(8), Partitions = [0] }), Is.EqualTo(new[] { "8", "9" }));
            Assert.That(await ReadAsync(topic, new() { Start = StartFrom.Last(2) }), Is.EquivalentTo(new[] { "8", "9", "11", "12" }));
            Assert.That(await ReadAsync(topic, new() { Start = StartFrom.Last(100), Partitions = [1] }), Is.EqualTo(new[] { "10", "11", "12" }));
            Assert.That(await ReadAsync(topic, new() { Start = StartFrom.Offsets(new Dictionary<int, long> { [0] = 9, [1] = 3 }) }), Is.EqualTo(new[] { "9" }));
            Assert.That(await ReadAsync(topic, new() { Start = StartFrom.End }), Is.Empty);
        }
    }

    [TestCaseSource(typeof(Each), nameof(Each.BrokerThatFindsTimes))]
    public async Task A_reader_starts_at_a_time(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        await using var kafka = await brokers.ConnectAsync();
        var topic = kafka.Topics[await brokers.CreateTopicAsync("times")];
        var noon = new DateTimeOffset(2024, 2, 29, 12, 0, 0, TimeSpan.Zero);
        await topic.PublishAsync(Numbers(0, 60).Select((record, minute) => record with { Timestamp = noon.AddMinutes(minute).ToUnixTimeMilliseconds() })).Within(30, "an hour");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ReadAsync(topic, new() { Start = StartFrom.Time(noon.AddMinutes(57)) }), Is.EqualTo(new[] { "57", "58", "59" }));
            Assert.That(await ReadAsync(topic, new() { Start = StartFrom.Time(noon.AddMinutes(57.5)) }), Is.EqualTo(new[] { "58", "59" }));
            Assert.That(await ReadAsync(topic, new() { Start = StartFrom.Time(noon.AddDays(-1)) }), Has.Length.EqualTo(60));
            Assert.That(await ReadAsync(topic, new() { Start = StartFrom.Time(noon.AddDays(1)) }), Is.Empty);
        }
    }

    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task A_reader_at_the_end_sees_what_comes_and_nothing_before(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        await using var kafka = await brokers.ConnectAsync();
        var topic = kafka.Topics[await brokers.CreateTopicAsync("from-now-on")];
        await topic.PublishAsync(Enumerable.Repeat("before", 20)).Within(30, "what was before");
        using var seen = new Seen(topic, new() { Start = StartFrom.End });

        // The end is wherever it is when the reader asks for it, so something new is said until it hears something.
        await Patience.Until(() =>
        {
            topic.PublishAsync("new").Wait();
            return seen.Count > 0;
        }, 30, "a reader at the end hears something");
        await topic.PublishAsync(["one", "two"]).Within(30, "two more");
        await seen.BecomesAsync(texts => texts is [.., "one", "two"], "the latest two");

        Assert.That(seen.Texts, Has.None.EqualTo("before"));
    }

    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task Two_readers_do_not_know_of_each_other(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        await using var kafka = await brokers.ConnectAsync();
        var topic = kafka.Topics[await brokers.CreateTopicAsync("two-readers")];
        await topic.PublishAsync(["1", "2", "3"]).Within(30, "three records");
        using var first = new Seen(topic, new());
        using var second = new Seen(topic, new() { Start = StartFrom.Offset(2) });
        await first.BecomesAsync(texts => texts is ["1", "2", "3"], "all three for the first");
        await second.BecomesAsync(texts => texts is ["3"], "the last for the second");

        first.Dispose();
        await topic.PublishAsync(["4", "5"]).Within(30, "two more");
        await second.BecomesAsync(texts => texts is ["3", "4", "5"], "the second goes on");

        Assert.That(first.Texts, Is.EqualTo(new[] { "1", "2", "3" }));
    }

    static IEnumerable<ProducerRecord> Numbers(int first, int count, int? partition = null) =>
        Enumerable.Range(first, count).Select(number => new ProducerRecord($"{number}") { Partition = partition });

    static async Task<string[]> ReadAsync(Topic topic, ConsumeOptions options)
    {
        var texts = new List<string>();
        await topic.RunAsync(record => texts.Add(record.Text!), options with { UntilEnd = true }).Within(30, $"reading {topic.Name} from {options.Start}");
        return [.. texts];
    }

    /// <summary>What a subscription has seen until now.</summary>
    sealed class Seen : IDisposable
    {
        readonly ConcurrentQueue<string> texts = [];
        readonly IDisposable subscription;
        Exception? error;

        public Seen(Topic topic, ConsumeOptions options) =>
            subscription = topic.AsObservable(options).Subscribe(record => texts.Enqueue(record.Text!), failure => error = failure);

        public int Count => texts.Count;

        public string[] Texts => [.. texts];

        public async Task BecomesAsync(Func<string[], bool> isSo, string what)
        {
            await Patience.Until(() => isSo(Texts) || error is not null, 30, what, () => $"Seen: {string.Join(", ", Texts)}");
            Assert.That(error, Is.Null, "the subscription ended");
        }

        public void Dispose() => subscription.Dispose();
    }
}
