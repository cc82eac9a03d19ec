using System.Buffers;
using System.Text.Json;
using Samsa.Protocol;
using Samsa.Rx;

namespace Samsa.Cli.Output;

#pragma warning disable CA1001 // A writer over somebody else's buffer holds nothing that needs disposing.

/// <summary>The outcome of each record as a line of JSON. When the reader has gone, the records are still sent.</summary>
sealed class ReportLines(PromptOutput output)
{
    static readonly JsonEncodedText Index = JsonEncodedText.Encode("index"), Outcome = JsonEncodedText.Encode("outcome"),
        Partition = JsonEncodedText.Encode("partition"), Offset = JsonEncodedText.Encode("offset"), Timestamp = JsonEncodedText.Encode("timestamp"),
        Error = JsonEncodedText.Encode("error"), Detail = JsonEncodedText.Encode("detail"),
        Persisted = JsonEncodedText.Encode("persisted"), NotPersisted = JsonEncodedText.Encode("not-persisted"), Unknown = JsonEncodedText.Encode("unknown");

    readonly Utf8JsonWriter json = new(new ArrayBufferWriter<byte>(), JsonLines.Options);
    bool closed;

    public void Write(in DeliveryReport report)
    {
        if (closed) return;
        var buffer = output.Begin();
        try
        {
            Append(report, buffer);
        }
        finally
        {
            End();
        }
    }

    void End()
    {
        try
        {
            output.End();
        }
        catch (OutputClosedException)
        {
            closed = true;
        }
    }

    void Append(in DeliveryReport report, IBufferWriter<byte> buffer)
    {
        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteNumber(Index, report.Tag);
        if (report.Outcome is Rx.Outcome.Persisted)
        {
            json.WriteString(Outcome, Persisted);
            json.WriteNumber(Partition, report.Partition);
            if (report.Offset >= 0) json.WriteNumber(Offset, report.Offset);
            else json.WriteNull(Offset);
            json.WriteNumber(Timestamp, report.Timestamp);
        }
        else
        {
            json.WriteString(Outcome, report.Outcome is Rx.Outcome.Unknown ? Unknown : NotPersisted);
            json.WriteString(Error, CodeOf(report.Error));
            json.WriteString(Detail, report.Error?.Message ?? "");
        }

        json.WriteEndObject();
        json.Flush();
        buffer.Write("\n"u8);
    }

    // Not every end has a code of Kafka's: a full buffer, a producer that was closed, a delivery that took too long.
    static string CodeOf(PublishException? error) => error switch
    {
        null or { Code: ErrorCode.None } => error is BufferFullException ? "BUFFER_FULL" : "NOT_SENT",
        _ => error.Code.KafkaName,
    };
}
