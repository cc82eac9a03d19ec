namespace Samsa.Scenarios.Stories;

/// <summary>Who asks for no acknowledgement has not asked for a loss.</summary>
[TestFixture]
sealed class UnacknowledgedStory
{
    const int Records = 100_000;

    [TestCaseSource(typeof(Each), nameof(Each.RealBroker))]
    public async Task A_program_that_wrote_without_acknowledgements_and_ends_leaves_nothing_behind(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        // Whether the last bytes were lost depended on who was faster, the broker with its answer or the program with its end.
        for (var program = 0; program < 5; program++)
        {
            var topic = await brokers.CreateTopicAsync($"unacknowledged-{program}");
            await using (var kafka = await brokers.ConnectAsync(new() { Produce = new() { Acks = Acks.None } }))
                await WriteAsync(kafka.Topics[topic]);

            await using var reader = await brokers.ConnectAsync();
            var ends = await reader.Topics[topic].OffsetsAsync();
            Assert.That(ends.Single().End, Is.EqualTo(Records));
        }
    }

    static async Task WriteAsync(Topic topic)
    {
        var sink = topic.AsObserver();
        for (var number = 0; number < Records; number++) sink.OnNext($"{number}");
        sink.OnCompleted();
        await sink.Completion.Within(60, "writing");
    }
}
