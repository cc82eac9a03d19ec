using System.Text.Json.Nodes;

namespace Samsa.Tests.Notebooks;

/// <summary>One thing that a cell showed.</summary>
/// <param name="Kind">As nbformat calls it: what was printed, what was displayed, or what the last expression was.</param>
/// <param name="Type">The MIME type.</param>
/// <param name="Text">The thing itself.</param>
sealed record CellOutput(string Kind, string Type, string Text)
{
    public const string Printed = "stream", Displayed = "display_data", Result = "execute_result";

    public static CellOutput Read(JsonNode json)
    {
        var kind = (string)json["output_type"]!;
        if (kind == Printed) return new(kind, "text/plain", Lines.Join(json["text"]));
        if (kind is not (Displayed or Result)) return new(kind, "text/plain", json.ToJsonString());
        var (type, text) = json["data"]!.AsObject().Single();
        return new(kind, type, Lines.Join(text));
    }

    public JsonNode Write(int count)
    {
        if (Kind == Printed) return new JsonObject { ["name"] = "stdout", ["output_type"] = Kind, ["text"] = Lines.Split(Text) };
        var json = new JsonObject { ["data"] = new JsonObject { [Type] = Lines.Split(Text) } };
        if (Kind == Result) json["execution_count"] = count;
        json["metadata"] = new JsonObject();
        json["output_type"] = Kind;
        return json;
    }
}

/// <summary>Texts of notebooks: one string, or lines that keep their ends.</summary>
static class Lines
{
    public static string Join(JsonNode? text) => text is JsonArray lines ? string.Concat(lines.Select(line => (string)line!)) : (string?)text ?? "";

    public static JsonArray Split(string text)
    {
        var lines = new JsonArray();
        for (var from = 0; from < text.Length;)
        {
            var end = text.IndexOf('\n', from) is >= 0 and var at ? at + 1 : text.Length;
            lines.Add(text[from..end]);
            from = end;
        }

        return lines;
    }
}
