using System.CommandLine;
using Samsa.Cli.Output;
using Samsa.Cli.Terminal;
using Samsa.Rx;

namespace Samsa.Cli.Commands;

/// <summary>Prints the records of a topic.</summary>
sealed class Consume(CommonOptions common, ParseResult parsed)
{
    /// <summary>How long a topic may be missing: one that somebody is just creating is found, a misspelt one is told soon.</summary>
    static readonly TimeSpan TopicPatience = TimeSpan.FromSeconds(5);

    long printed;

    public required string Topic { get; init; }

    public required StartFrom From { get; init; }

    public required IReadOnlyList<int> Partitions { get; init; }

    public required long Count { get; init; }

    public required bool UntilEnd { get; init; }

    public required Isolation Isolation { get; init; }

    public required TextFilter? WhereKey { get; init; }

    public required TextFilter? WhereValue { get; init; }

    public required RecordFormat Format { get; init; }

    public async Task<int> RunAsync(CancellationToken ct)
    {
        await using var kafka = await Connecting.ConnectAsync(common, parsed, ct);
        using var output = new PromptOutput(StandardOutput.Open(), TimeProvider.System);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct, output.Closed);
        var options = kafka.Options.Consume with
        {
            Start = From,
            Partitions = Partitions.Count > 0 ? Partitions : null,
            UntilEnd = UntilEnd,
            Isolation = Isolation,
            TopicTimeout = TopicPatience,
        };

        try
        {
            await kafka.Topics[Topic].RunAsync(record =>
            {
                if (printed < Count && Wanted(record)) Print(record, output);
                if (printed >= Count) enough.Cancel();
            }, options, enough.Token);
        }
        catch (OperationCanceledException) when (printed >= Count || output.Closed.IsCancellationRequested)
        {
        }
        finally
        {
            // What was read is shown, whatever ended the reading.
            output.Flush();
        }

        if (printed < Count) ct.ThrowIfCancellationRequested();
        if (common.Verbose(parsed)) Say.Line($"{Amount.Counted(printed, "record")} printed.");
        return ExitCode.Done;
    }

    bool Wanted(in KafkaRecord record) =>
        (WhereKey is null || !record.KeyIsNull && WhereKey.Matches(record.Key.Span))
        && (WhereValue is null || !record.ValueIsNull && WhereValue.Matches(record.Value.Span));

    void Print(in KafkaRecord record, PromptOutput output)
    {
        var buffer = output.Begin();
        try
        {
            Format.Write(record, buffer);
            printed++;
        }
        finally
        {
            output.End();
        }
    }
}
