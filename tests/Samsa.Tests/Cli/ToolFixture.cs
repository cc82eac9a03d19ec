using Samsa.Embedded;

namespace Samsa.Tests.Cli;

/// <summary>A cluster that the tool is tried on.</summary>
public abstract class ToolFixture
{
    static int topics;

    protected EmbeddedKafka Kafka { get; private set; } = null!;

    protected string Bootstrap => Kafka.BootstrapServers;

    [OneTimeSetUp]
    public async Task StartKafka() => Kafka = await EmbeddedKafka.StartAsync(brokers: 2);

    [OneTimeTearDown]
    public async Task StopKafka() => await Kafka.DisposeAsync();

    /// <summary>A topic of its own for each test.</summary>
    protected string NewTopic(int partitions = 1, TopicSettings? settings = null)
    {
        var name = $"t{Interlocked.Increment(ref topics)}";
        Kafka.CreateTopic(name, partitions, settings);
        return name;
    }

    protected Task<Finished> Samsa(params string[] words) => SamsaProcess.RunAsync(Bootstrap, "", words);

    protected Task<Finished> SamsaReading(string input, params string[] words) => SamsaProcess.RunAsync(Bootstrap, input, words);
}
