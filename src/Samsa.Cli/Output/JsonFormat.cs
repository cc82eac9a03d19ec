using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Samsa.Protocol.Records;
using Samsa.Rx;

namespace Samsa.Cli.Output;

#pragma warning disable CA1001 // A writer over somebody else's buffer holds nothing that needs disposing.

/// <summary>A record as one line of JSON. Bytes that are not UTF-8 come in base64, under a name that says so.</summary>
sealed class JsonFormat : RecordFormat
{
    static readonly JsonEncodedText Topic = JsonEncodedText.Encode("topic"), Partition = JsonEncodedText.Encode("partition"),
        Offset = JsonEncodedText.Encode("offset"), Timestamp = JsonEncodedText.Encode("timestamp"), TimestampKind = JsonEncodedText.Encode("timestampType"),
        Key = JsonEncodedText.Encode("key"), KeyBase64 = JsonEncodedText.Encode("keyBase64"),
        Value = JsonEncodedText.Encode("value"), ValueBase64 = JsonEncodedText.Encode("valueBase64"),
        Headers = JsonEncodedText.Encode("headers"), Base64 = JsonEncodedText.Encode("base64"),
        Create = JsonEncodedText.Encode("create"), LogAppend = JsonEncodedText.Encode("log-append");

    readonly Utf8JsonWriter json = new(new ArrayBufferWriter<byte>(), JsonLines.Options);

    public override void Write(in KafkaRecord record, IBufferWriter<byte> output)
    {
        json.Reset(output);
        json.WriteStartObject();
        json.WriteString(Topic, record.Topic);
        json.WriteNumber(Partition, record.Partition);
        json.WriteNumber(Offset, record.Offset);
        json.WriteNumber(Timestamp, record.Timestamp);
        json.WriteString(TimestampKind, record.TimestampType is TimestampType.LogAppend ? LogAppend : Create);
        Bytes(Key, KeyBase64, record.Key.Span, record.KeyIsNull);
        Bytes(Value, ValueBase64, record.Value.Span, record.ValueIsNull);
        json.WriteStartArray(Headers);
        foreach (var header in record.Headers) Pair(header);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }

    void Bytes(JsonEncodedText name, JsonEncodedText base64Name, ReadOnlySpan<byte> bytes, bool isNull)
    {
        if (isNull) json.WriteNull(name);
        else if (Utf8.IsValid(bytes)) json.WriteString(name, bytes);
        else json.WriteBase64String(base64Name, bytes);
    }

    void Pair(in RecordHeader header)
    {
        json.WriteStartArray();
        // Names are text by definition; what is not UTF-8 in one is replaced.
        if (Utf8.IsValid(header.NameUtf8.Span)) json.WriteStringValue(header.NameUtf8.Span);
        else json.WriteStringValue(header.Name);

        if (header.ValueIsNull) json.WriteNullValue();
        else if (Utf8.IsValid(header.Value.Span)) json.WriteStringValue(header.Value.Span);
        else
        {
            json.WriteStartObject();
            json.WriteBase64String(Base64, header.Value.Span);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
