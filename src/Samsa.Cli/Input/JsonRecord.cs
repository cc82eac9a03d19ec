using System.Text.Json;
using Samsa.Protocol.Records;

namespace Samsa.Cli.Input;

/// <summary>Reads lines such as <c>{"key":"k","value":"v","headers":[["name","value"]],"partition":3,"timestamp":1700000000000}</c>.</summary>
/// <remarks>
/// One object serves all lines: what it read is valid until the next line. What <c>consume --format json</c> prints is understood as well,
/// so topic, offset and timestampType are passed over.
/// </remarks>
sealed class JsonRecord
{
    byte[] scratch = new byte[1024];
    int used;

    public ReadOnlyMemory<byte>? Key { get; private set; }

    public bool HasKey { get; private set; }

    public ReadOnlyMemory<byte>? Value { get; private set; }

    public List<RecordHeader> Headers { get; } = [];

    public int? Partition { get; private set; }

    public long? Timestamp { get; private set; }

    /// <exception cref="FormatException">It is not a record; the message says why.</exception>
    public void Read(ReadOnlySpan<byte> line)
    {
        Clear(line.Length);
        var json = new Utf8JsonReader(line);
        try
        {
            Expect(json.Read() && json.TokenType is JsonTokenType.StartObject, "it is not a JSON object");
            while (json.Read() && json.TokenType is JsonTokenType.PropertyName) Member(ref json);
            Expect(json.TokenType is JsonTokenType.EndObject, "it is not a JSON object");
            // Anything behind the object is refused by the reader.
            json.Read();
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"it is not JSON at byte {wrong.BytePositionInLine + 1}", wrong);
        }
        catch (InvalidOperationException wrong)
        {
            throw new FormatException("a text in it is not UTF-8", wrong);
        }
    }

    void Clear(int length)
    {
        // Unescaped text and decoded base64 are never longer than what stood in the line.
        if (scratch.Length < length) scratch = new byte[Math.Max(length, scratch.Length * 2)];
        (used, Key, HasKey, Value, Partition, Timestamp) = (0, null, false, null, null, null);
        Headers.Clear();
    }

    void Member(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("value"u8)) Value = Text(ref json, "value");
        else if (json.ValueTextEquals("valueBase64"u8)) Value = Base64(ref json, "valueBase64");
        else if (json.ValueTextEquals("key"u8)) (Key, HasKey) = (Text(ref json, "key"), true);
        else if (json.ValueTextEquals("keyBase64"u8)) (Key, HasKey) = (Base64(ref json, "keyBase64"), true);
        else if (json.ValueTextEquals("headers"u8)) ReadHeaders(ref json);
        else if (json.ValueTextEquals("partition"u8)) Partition = (int?)Number(ref json, "partition", 0, int.MaxValue);
        else if (json.ValueTextEquals("timestamp"u8)) Timestamp = Number(ref json, "timestamp", -1, long.MaxValue);
        else if (json.ValueTextEquals("topic"u8) || json.ValueTextEquals("offset"u8) || json.ValueTextEquals("timestampType"u8)) json.Skip();
        else
            throw new FormatException($"\"{json.GetString()}\" is not a part of a record; there are key, keyBase64, value, valueBase64, headers, partition, timestamp");
    }

    ReadOnlyMemory<byte>? Text(ref Utf8JsonReader json, string name)
    {
        json.Read();
        Expect(json.TokenType is JsonTokenType.String or JsonTokenType.Null, $"\"{name}\" is neither text nor null");
        if (json.TokenType is JsonTokenType.Null) return null;
        return Kept(json.CopyString(scratch.AsSpan(used)));
    }

    ReadOnlyMemory<byte>? Base64(ref Utf8JsonReader json, string name)
    {
        json.Read();
        if (json.TokenType is JsonTokenType.Null) return null;
        Expect(json.TokenType is JsonTokenType.String, $"\"{name}\" is neither base64 nor null");
        var length = json.CopyString(scratch.AsSpan(used));
        var status = System.Buffers.Text.Base64.DecodeFromUtf8InPlace(scratch.AsSpan(used, length), out var decoded);
        Expect(status is System.Buffers.OperationStatus.Done, $"\"{name}\" is not base64");
        return Kept(decoded);
    }

    static long? Number(ref Utf8JsonReader json, string name, long least, long most)
    {
        json.Read();
        if (json.TokenType is JsonTokenType.Null) return null;
        Expect(json.TokenType is JsonTokenType.Number, $"\"{name}\" is not a number");
        Expect(json.TryGetInt64(out var number) && number >= least && number <= most, $"\"{name}\" is not a whole number from {least} to {most}");
        return number;
    }

    void ReadHeaders(ref Utf8JsonReader json)
    {
        const string Shape = "\"headers\" is not a list of [name, value]";
        json.Read();
        if (json.TokenType is JsonTokenType.Null) return;
        Expect(json.TokenType is JsonTokenType.StartArray, Shape);
        while (json.Read() && json.TokenType is JsonTokenType.StartArray)
        {
            Expect(json.Read() && json.TokenType is JsonTokenType.String, "the name of a header is not a text");
            var name = Kept(json.CopyString(scratch.AsSpan(used)));
            Headers.Add(new RecordHeader(name, HeaderValue(ref json)));
            Expect(json.Read() && json.TokenType is JsonTokenType.EndArray, Shape);
        }

        Expect(json.TokenType is JsonTokenType.EndArray, Shape);
    }

    ReadOnlyMemory<byte>? HeaderValue(ref Utf8JsonReader json)
    {
        const string Shape = "the value of a header is neither text, null nor {\"base64\":…}";
        json.Read();
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return Kept(json.CopyString(scratch.AsSpan(used)));
            case JsonTokenType.StartObject:
                Expect(json.Read() && json.TokenType is JsonTokenType.PropertyName && json.ValueTextEquals("base64"u8), Shape);
                var bytes = Base64(ref json, "base64");
                Expect(json.Read() && json.TokenType is JsonTokenType.EndObject, Shape);
                return bytes;
            default:
                throw new FormatException(Shape);
        }
    }

    ReadOnlyMemory<byte> Kept(int length)
    {
        var kept = scratch.AsMemory(used, length);
        used += length;
        return kept;
    }

    static void Expect(bool so, string otherwise)
    {
        if (!so) throw new FormatException(otherwise);
    }
}
