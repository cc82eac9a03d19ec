using System.Globalization;
using Samsa.Cli.Terminal;

namespace Samsa.Cli.Demo;

/// <summary>What the demo says to people.</summary>
static class Words
{
    public static string Of(Happening happening) =>
        string.Create(CultureInfo.InvariantCulture, $"{happening.At.TotalSeconds,5:0.0} s  {What(happening)}");

    static string What(Happening happening) => happening.What switch
    {
        "broker-stopped" => $"broker {happening.Broker} was stopped; the others lead its partitions",
        "broker-started" => $"broker {happening.Broker} was started again and leads them as before",
        "watch-broker-down" => $"ZooKeeper's watch: broker {happening.Broker} is down",
        _ => $"ZooKeeper's watch: broker {happening.Broker} is up",
    };

    public static IEnumerable<string> Of(Verdict verdict)
    {
        var (balance, good) = (verdict.Balance, verdict.IsGood);
        var found = (balance.Lost, balance.Displaced, balance.Repeated) is (0, 0, 0)
            ? "none lost, reordered or repeated"
            : $"{Amount.Whole(balance.Lost)} lost, {Amount.Whole(balance.Displaced)} reordered, {Amount.Whole(balance.Repeated)} repeated";
        yield return $"{(good ? "✓" : "✗")} {Amount.Counted(balance.Sent, "record")} sent, {Amount.Whole(balance.Received)} received: {found}.";
        if (verdict.NotPersisted > 0) yield return $"  The brokers did not take {Amount.Counted(verdict.NotPersisted, "record")}.";
        if (good && balance.Repeated > 0) yield return "  Brokers before 0.11 cannot drop what a retry repeats; the numbers in the records tell them apart.";
    }
}
