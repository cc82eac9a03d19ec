using System.CommandLine;
using Samsa.Cli.Commands;
using Samsa.Cli.Terminal;
using Samsa.Rx;
using Samsa.ZooKeeper;

namespace Samsa.Cli;

/// <summary>From the words of the command line to a connected client.</summary>
static class Connecting
{
    public static Task<Kafka> ConnectAsync(CommonOptions common, ParseResult parsed, CancellationToken ct) =>
        ConnectAsync(common.Bootstrap(parsed), common, parsed, ct);

    /// <exception cref="WrongUseException">The address cannot be one.</exception>
    public static async Task<Kafka> ConnectAsync(string bootstrap, CommonOptions common, ParseResult parsed, CancellationToken ct)
    {
        var options = Options(common, parsed);
        try
        {
            return await Kafka.ConnectAsync(bootstrap, options, ct);
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException)
        {
            throw new WrongUseException(Failure.FirstSentence(wrong.Message));
        }
    }

    /// <exception cref="WrongUseException">A setting of <c>-X</c> is unknown, or cannot have its value.</exception>
    public static KafkaOptions Options(CommonOptions common, ParseResult parsed)
    {
        var settings = common.Settings(parsed);
        if (settings.Any(setting => setting.Key is "bootstrap.servers" or "metadata.broker.list")) throw new WrongUseException("The brokers are given with -b, not with -X.");
        try
        {
            var options = KafkaOptions.Parse(settings) with { StartTimeout = common.Timeout(parsed) };
            return common.Verbose(parsed) ? options with { Logging = new SpokenLogs() } : options;
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException)
        {
            throw new WrongUseException(Failure.FirstSentence(wrong.Message));
        }
    }

    /// <summary>The same for who speaks to ZooKeeper alone.</summary>
    public static ZooKeeperOptions ZooKeeper(CommonOptions common, ParseResult parsed)
    {
        var options = Options(common, parsed);
        return options.ZooKeeper with { ConnectTimeout = options.StartTimeout, Tls = options.ZooKeeperTls?.ToClientOptions() };
    }
}
