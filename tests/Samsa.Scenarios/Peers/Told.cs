namespace Samsa.Scenarios.Peers;

/// <summary>A record as somebody told it: all of it in text, so that two tellings can be compared and read in a failure.</summary>
/// <param name="Key">The key, or <c>null</c>.</param>
/// <param name="Value">The value, or <c>null</c>.</param>
/// <param name="Headers"><c>name=value</c>, joined by commas; empty for none.</param>
/// <param name="Timestamp">Milliseconds since 1970, or <c>null</c> where the teller or the version has none.</param>
sealed record Told(string? Key, string? Value, string Headers = "", long? Timestamp = null)
{
    public static Told By(KafkaRecord record)
    {
        var headers = new List<string>();
        foreach (var header in record.Headers) headers.Add($"{header.Name}={Encoding.UTF8.GetString(header.Value.Span)}");
        return new(record.KeyText, record.Text, string.Join(',', headers), record.Timestamp < 0 ? null : record.Timestamp);
    }

    public override string ToString() =>
        $"{Shown(Key)} → {Shown(Value)}{(Headers is "" ? "" : $" [{Headers}]")}{(Timestamp is { } at ? $" @{at}" : "")}";

    static string Shown(string? text) => text switch
    {
        null => "null",
        { Length: > 60 } => $"\"{text[..40]}…\" ({text.Length})",
        _ => $"\"{text}\"",
    };
}
