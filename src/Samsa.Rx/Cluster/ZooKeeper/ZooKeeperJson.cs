using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Samsa.Rx;

/// <summary>Reads what brokers write into nodes. Members that are missing, or of another kind, are null: versions differ in what they write.</summary>
static class ZooKeeperJson
{
    /// <summary>An object.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            var element = JsonElement.ParseValue(ref reader);
            CheckText(data[..(int)reader.BytesConsumed]);
            return element.ValueKind == JsonValueKind.Object ? element : throw new FormatException("it is no JSON object");
        }
        catch (JsonException error)
        {
            throw new FormatException($"it is no JSON: {error.Message}", error);
        }
    }

    public static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static int? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    public static int[] Numbers(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array
            ? [.. json.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : -1).Where(number => number >= 0)]
            : [];

    // Text that is none is found only by who reads it, and that is no JsonException: bytes that are not UTF-8, half of a surrogate pair (\ud800).
    static void CheckText(ReadOnlySpan<byte> data)
    {
        try
        {
            if (!Utf8.IsValid(data)) throw new FormatException("its text is not UTF-8");
            for (var reader = new Utf8JsonReader(data); reader.Read();)
                if (reader.ValueIsEscaped)
                    _ = reader.GetString();
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException($"its text is none: {error.Message}", error);
        }
    }

    /// <summary>An id as Kafka writes it: 16 bytes in Base64 for addresses.</summary>
    public static Guid Id(JsonElement json, string name)
    {
        Span<byte> bytes = stackalloc byte[24];
        return Text(json, name) is { Length: > 0 and <= 24 } text && Base64Url.TryDecodeFromChars(text, bytes, out var length) && length == 16
            ? new(bytes[..16], bigEndian: true)
            : default;
    }
}
