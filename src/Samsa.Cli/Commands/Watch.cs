using System.CommandLine;
using System.Reactive.Linq;
using Samsa.Cli.Output;
using Samsa.Cli.Terminal;
using Samsa.Rx;
using Samsa.ZooKeeper;

namespace Samsa.Cli.Commands;

/// <summary>Shows what changes in a cluster, a line each.</summary>
sealed class Watch(CommonOptions common, ParseResult parsed)
{
    const string Scheme = "zookeeper://";

    public required int Count { get; init; }

    public required bool Json { get; init; }

    public async Task<int> RunAsync(CancellationToken ct)
    {
        var bootstrap = common.Bootstrap(parsed).Trim();
        if (bootstrap.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            // Without the brokers: one that nobody can reach, or a Kafka 0.7, is seen all the same.
            await using var zooKeeper = await ZooKeeperAsync(bootstrap[Scheme.Length..], ct);
            return await ShowAsync(new ZooKeeperChanges(zooKeeper, PassedOver).Changes, "zookeeper", ct);
        }

        await using var kafka = await Connecting.ConnectAsync(bootstrap, common, parsed, ct);
        return await ShowAsync(kafka.Changes, "metadata", ct);
    }

    async Task<int> ShowAsync(IObservable<ClusterChange> changes, string source, CancellationToken ct)
    {
        if (Json)
        {
            var lines = new JsonLines(StandardOutput.Open());
            await changes.Take(Count).ForEachAsync(change => lines.Write(json => ChangeJson.Write(change, source, json)), ct);
        }
        else
        {
            var output = Consoles.Output(common.Colors(parsed));
            await changes.Take(Count).ForEachAsync(change => ChangeText.Write(change, output), ct);
        }

        return ExitCode.Done;
    }

    static void PassedOver(string path, string why) => Say.Line(Say.Tame($"samsa: {path} is passed over: {why.TrimEnd('.')}."));

    async Task<ZooKeeperClient> ZooKeeperAsync(string address, CancellationToken ct)
    {
        var options = Connecting.ZooKeeper(common, parsed);
        try
        {
            return await ZooKeeperClient.ConnectAsync(address, options, ct);
        }
        catch (FormatException wrong)
        {
            throw new WrongUseException(Failure.FirstSentence(wrong.Message));
        }
        catch (ZooKeeperException failure)
        {
            throw new WorkFailedException(Failure.FirstSentence(failure.Message));
        }
    }
}
