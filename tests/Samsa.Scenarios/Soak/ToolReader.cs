using System.Text.Json;

namespace Samsa.Scenarios.Soak;

/// <summary>Reads with <c>samsa consume --format json</c>.</summary>
sealed class ToolReader : Reader
{
    // SIGTERM, as a shell tells it.
    const int Terminated = 128 + 15;

    readonly Facts facts;
    readonly Piped samsa;

    public ToolReader(RunningBrokers brokers, string topic, TopicLog log, Facts facts, Chronicle told) : base(log)
    {
        this.facts = facts;
        samsa = Client.Tool(brokers, told, Take, "consume", topic, "--format", "json");
    }

    public override async ValueTask DisposeAsync()
    {
        await samsa.TerminateAsync();
        var said = await samsa.EndAsync(20);
        if (said.ExitCode != Terminated) facts.Add("a reader goes on", $"{said.Command} ended with {said.ExitCode}. {said.Error}");
        await samsa.DisposeAsync();
    }

    void Take(string line)
    {
        using var json = JsonDocument.Parse(line);
        var record = json.RootElement;
        Log.Add(record.GetProperty("partition").GetInt32(), record.GetProperty("offset").GetInt64(), Mark.Of(record.GetProperty("value").GetString()!));
    }
}
