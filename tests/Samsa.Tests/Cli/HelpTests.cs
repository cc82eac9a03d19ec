namespace Samsa.Tests.Cli;

[TestFixture, NonParallelizable]
public sealed class HelpTests
{
    [TestCase("", "samsa demo")]
    [TestCase("demo", "samsa demo --like 0.8.2")]
    [TestCase("serve", "samsa serve --port 9092 --brokers 3")]
    [TestCase("topics", "samsa topics describe clicks")]
    [TestCase("topics create", "samsa topics create clicks --partitions 6 --replication 3")]
    [TestCase("produce", "echo hello | samsa produce greetings")]
    [TestCase("consume", "samsa consume clicks --from last:10 --until-end")]
    [TestCase("zk", "samsa zk watch /brokers --recursive")]
    [TestCase("zk ls", "samsa zk ls /brokers/topics")]
    [TestCase("zk set", "samsa zk set /app/mode slow --version 3")]
    [TestCase("marbles", "samsa marbles run bursts.marble --assembly")]
    [TestCase("marbles draw", "samsa marbles draw marbles --to docs/marbles --gallery")]
    [TestCase("marbles run", "samsa marbles run one.marble --json")]
    public async Task The_help_of_a_command_shows_it_in_use(string command, string example)
    {
        var finished = await SamsaHere.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.Zero);
            Assert.That(finished.Output, Does.Contain("Usage:").And.Contains(example));
            Assert.That(finished.Error, Is.Empty);
        });
    }

    [TestCase("samsa con", "consume")]
    [TestCase("samsa topics de", "describe")]
    [TestCase("samsa zk w", "watch")]
    [TestCase("samsa produce t --compr", "--compression")]
    [TestCase("samsa produce t --compression z", "zstd")]
    [TestCase("samsa consume t --from la", "last:")]
    public async Task A_shell_can_ask_for_completions(string line, string completion)
    {
        var finished = await SamsaHere.RunAsync($"[suggest:{line.Length}]", line);
        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.Zero);
            Assert.That(finished.Output.Split(Environment.NewLine), Does.Contain(completion));
        });
    }
}
