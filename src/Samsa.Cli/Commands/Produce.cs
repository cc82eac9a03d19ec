using System.CommandLine;
using Samsa.Cli.Input;
using Samsa.Cli.Output;
using Samsa.Cli.Terminal;
using Samsa.Protocol.Compression;
using Samsa.Rx;

namespace Samsa.Cli.Commands;

/// <summary>Writes lines to a topic.</summary>
sealed class Produce(CommonOptions common, ParseResult parsed)
{
    /// <summary>How long what was read may still take after Ctrl-C.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>How many reports of refused records may wait to be told.</summary>
    const int MostUntold = 1024;

    readonly TimeProvider clock = TimeProvider.System;
    long records, bytes;

    public required string Topic { get; init; }

    public required IReadOnlyList<string> Files { get; init; }

    public required RecordInput Input { get; init; }

    public required int? Partition { get; init; }

    public required string? Partitioner { get; init; }

    public required CompressionCodec? Compression { get; init; }

    public required Acks? Acks { get; init; }

    public required bool? Idempotent { get; init; }

    public required bool Report { get; init; }

    public async Task<int> RunAsync(CancellationToken ct)
    {
        Sources.Check(Files);
        await using var kafka = await Connecting.ConnectAsync(common, parsed, ct);
        using var output = new PromptOutput(StandardOutput.Open(), clock);
        var tally = new Tally(Report ? new ReportLines(output) : null);
        var start = clock.GetTimestamp();
        await using var sink = Open(kafka);
        using var reports = sink.Reports.Subscribe(tally);

        if (Files.Count is 0 && !Console.IsInputRedirected) Say.Line("Each line is a record; Ctrl-D ends the input.");
        var wrongInput = await WorkAsync(sink, tally, ct);

        if (Report) Flush(output);
        Summarize(sink.Counts, tally.FirstError, clock.GetElapsedTime(start));
        if (wrongInput is not null) throw wrongInput;
        // All that was read may be written, and still there was more to come.
        ct.ThrowIfCancellationRequested();
        return sink.Counts.Persisted == records ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Sends the input and waits for the outcomes. An interruption ends the input; what was read may take <see cref="Grace"/> longer.</summary>
    /// <returns>What was wrong with the input; what came before it is sent.</returns>
    async Task<WorkFailedException?> WorkAsync(KafkaSink sink, Tally tally, CancellationToken ct)
    {
        // OnNext blocks when the brokers are slower than the input, so the sending does not run here.
        var sending = Task.Run(() => SendAsync(sink, tally, ct), CancellationToken.None);
        WorkFailedException? wrongInput = null;
        try
        {
            try
            {
                await sending.WaitAsync(ct);
            }
            catch (WorkFailedException wrong)
            {
                wrongInput = wrong;
            }

            sink.OnCompleted();
            await sink.Completion.WaitAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await sink.CloseAsync(Grace);
        }

        return wrongInput;
    }

    async Task SendAsync(KafkaSink sink, Tally tally, CancellationToken ct)
    {
        foreach (var (stream, name) in Sources.Open(Files))
        {
            var lines = new LineReader(stream, name);
            while (await lines.ReadAsync(ct))
            {
                while (lines.TryTake(out var line))
                {
                    sink.OnNext(Record(line, lines));
                    bytes += line.Length;
                    if (++records % MostUntold is 0) await KeepPaceAsync(sink, tally, ct);
                }
            }
        }
    }

    // Records that are refused at the door wait for nothing; their reports must be told before too many of them gather.
    async ValueTask KeepPaceAsync(KafkaSink sink, Tally tally, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        while (sink.Counts.NotPersisted - tally.NotPersisted > MostUntold) await Task.Delay(TimeSpan.FromMilliseconds(1), clock, ct);
    }

    ProducerRecord Record(ReadOnlyMemory<byte> line, LineReader lines)
    {
        try
        {
            var record = Input.Read(line);
            return record with { Partition = record.Partition ?? Partition, Tag = records };
        }
        catch (FormatException wrong)
        {
            throw new WorkFailedException($"{lines.Place} was not sent, and nothing after it: {wrong.Message}.");
        }
    }

    /// <exception cref="WrongUseException">The options contradict themselves.</exception>
    KafkaSink Open(Kafka kafka)
    {
        try
        {
            return kafka.Topics[Topic].AsObserver(Options(kafka.Options.Produce));
        }
        catch (ArgumentException contradiction)
        {
            throw new WrongUseException(Failure.FirstSentence(contradiction.Message));
        }
    }

    SinkOptions Options(SinkOptions options) => options with
    {
        Compression = Compression ?? options.Compression,
        Acks = Acks ?? options.Acks,
        Idempotent = Idempotent ?? options.Idempotent,
        Partitioner = Partitioner is null ? options.Partitioner : Partitioners.Named(Partitioner)!,
        FlushTimeout = Grace,
    };

    void Summarize(DeliveryCounts counts, PublishException? firstError, TimeSpan took)
    {
        var unknown = records - counts.Persisted - counts.NotPersisted;
        var rate = took > TimeSpan.Zero ? counts.Persisted / took.TotalSeconds : 0;
        Say.Line($"{Amount.Counted(counts.Persisted, "record")} written to {Topic} ({Amount.Bytes(bytes)} read) in {Amount.Time(took)}, {Amount.Whole(rate)}/s"
            + (counts.NotPersisted > 0 ? $"; {Amount.Whole(counts.NotPersisted)} not written" : "")
            + (unknown > 0 ? $"; of {Amount.Whole(unknown)} it is unknown" : "") + ".");
        if (firstError is not null) Say.Line($"samsa: {Failure.Explain(firstError)}");
    }

    static void Flush(PromptOutput output)
    {
        try
        {
            output.Flush();
        }
        catch (OutputClosedException)
        {
        }
    }
}
