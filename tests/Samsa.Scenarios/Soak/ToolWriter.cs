using System.Text.Json;

namespace Samsa.Scenarios.Soak;

/// <summary>Writes through <c>samsa produce --report</c>: lines into a pipe, reports out of another.</summary>
sealed class ToolWriter : Writer
{
    readonly Piped samsa;

    public ToolWriter(RunningBrokers brokers, string topic, Ledger ledger, int perSecond, Chronicle told, params string[] words) : base(ledger, perSecond) =>
        samsa = Client.Tool(brokers, told, Take, ["produce", topic, "--input", "json", "--report", .. words]);

    protected override void Give(Mark mark)
    {
        try
        {
            samsa.Input.Write($$"""{"key":"{{KeyOf(mark)}}","value":"{{mark.Value}}"}""" + "\n");
            samsa.Input.Flush();
        }
        catch (IOException)
        {
            // It has ended. The record stays without a report, and the exit code is looked at.
        }
    }

    protected override async Task EndAsync()
    {
        try
        {
            samsa.Input.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        var said = await samsa.EndAsync(150);
        // Its exit code says whether all is written.
        var expected = Ledger.CountOf(Outcome.Persisted) == Ledger.Count ? 0 : 1;
        if (said.ExitCode != expected) throw new AssertionException($"{said.Command} ended with {said.ExitCode}.\n{said.Error}");
    }

    protected override ValueTask CloseAsync() => samsa.DisposeAsync();

    void Take(string line)
    {
        using var json = JsonDocument.Parse(line);
        var report = json.RootElement;
        var number = report.GetProperty("index").GetInt64();
        switch (report.GetProperty("outcome").GetString())
        {
            case "persisted":
                Ledger.Report(number, Outcome.Persisted, report.GetProperty("partition").GetInt32(), report.GetProperty("offset").GetInt64());
                break;
            case "not-persisted":
                Ledger.Report(number, Outcome.NotPersisted, -1, -1);
                break;
            default:
                Ledger.Report(number, Outcome.Unknown, -1, -1);
                break;
        }
    }
}
