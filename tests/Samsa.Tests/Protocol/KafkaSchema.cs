using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Samsa.Tests.Protocol;

/// <summary>Kafka's own definition of a message: a JSON file with comments inside the jar of its clients.</summary>
sealed class KafkaSchema
{
    static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };

    readonly JsonElement root;
    readonly Dictionary<string, JsonElement> common = [];

    KafkaSchema(JsonElement root)
    {
        this.root = root;
        if (root.TryGetProperty("commonStructs", out var structs))
        {
            foreach (var one in structs.EnumerateArray()) common[Text(one, "name")!] = one.GetProperty("fields");
        }
    }

    public short ApiKey => root.GetProperty("apiKey").GetInt16();

    public (short First, short Last) FlexibleVersions => Range(Text(root, "flexibleVersions")!);

    public (short First, short Last) Versions => Range(Text(root, "validVersions")!);

    /// <summary>Whether the last version is only for developers of Kafka. Said of requests alone.</summary>
    public bool LatestVersionUnstable => root.TryGetProperty("latestVersionUnstable", out var said) && said.GetBoolean();

    /// <summary>Where the jars are, next to the repository; null when they are not.</summary>
    public static string? Jars
    {
        get
        {
            for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            {
                var jars = Path.Combine(at.FullName, "shared", "kafka", "lib");
                if (Directory.Exists(jars)) return jars;
            }

            return null;
        }
    }

    public static KafkaSchema Read(string release, string message)
    {
        using var jar = ZipFile.OpenRead(Path.Combine(Jars!, $"kafka-clients-{release}.jar"));
        using var entry = jar.GetEntry($"common/message/{message}.json")!.Open();
        using var json = JsonDocument.Parse(entry, WithComments);
        return new KafkaSchema(json.RootElement.Clone());
    }

    /// <summary>The layout of a version, one field a line.</summary>
    public string Layout(short version) => Layout(root.GetProperty("fields"), version, "");

    string Layout(JsonElement fields, short version, string indent)
    {
        var present = fields.EnumerateArray().Where(field => Has(field, "versions", version)).ToList();
        var untagged = present.Where(field => !Has(field, "taggedVersions", version));
        var tagged = present.Where(field => Has(field, "taggedVersions", version)).OrderBy(field => field.GetProperty("tag").GetInt32());
        return string.Concat(untagged.Concat(tagged).Select(field => Describe(field, version, indent)));
    }

    string Describe(JsonElement field, short version, string indent)
    {
        var type = Text(field, "type")!;
        var name = type.TrimStart('[', ']');
        var known = common.TryGetValue(name, out var inner) || field.TryGetProperty("fields", out inner);
        var isTagged = Has(field, "taggedVersions", version);
        var nullable = Has(field, "nullableVersions", version);
        return Line(
            indent, Text(field, "name")!, (type.StartsWith("[]", StringComparison.Ordinal) ? "[]" : "") + (known ? "struct" : name == "records" ? "bytes" : name),
            nullable, isTagged ? field.GetProperty("tag").GetInt32() : null, Default(field, type, known))
            + (known ? Layout(inner, version, indent + "  ") : "");
    }

    /// <summary>One field. Whether a field outside of the tags is null or empty by default is left open: Java and we differ
    /// where a field is nullable in some versions only, and it decides nothing on the wire.</summary>
    public static string Line(string indent, string name, string type, bool nullable, int? tag, string defaultValue)
    {
        if (tag is null && defaultValue is "null" or "\"\"" or "empty") defaultValue = "nothing";
        return $"{indent}{char.ToUpperInvariant(name[0])}{name[1..]}: {type}{(nullable ? "?" : "")}{(tag is null ? "" : $" tag {tag}")} = {defaultValue}\n";
    }

    static string Default(JsonElement field, string type, bool isStruct)
    {
        var said = field.TryGetProperty("default", out var value) ? value.ToString() : null;
        if (said == "null") return "null";
        return type switch
        {
            _ when type.StartsWith("[]", StringComparison.Ordinal) => "empty",
            _ when isStruct => "struct",
            "string" => $"\"{said}\"",
            "bytes" or "records" => "empty",
            "bool" => said is null or "false" or "False" ? "false" : "true",
            "uuid" => Guid.Empty.ToString(),
            _ => said is null ? "0"
                : said.StartsWith("0x", StringComparison.Ordinal) ? Convert.ToInt64(said, 16).ToString(CultureInfo.InvariantCulture)
                : said,
        };
    }

    static bool Has(JsonElement field, string property, short version)
    {
        if (Text(field, property) is not { } text || text == "none") return false;
        var (first, last) = Range(text);
        return first <= version && version <= last;
    }

    static (short First, short Last) Range(string text)
    {
        if (text == "none") return (short.MaxValue, short.MaxValue);
        var parts = text.Split('-');
        var first = short.Parse(parts[0].TrimEnd('+'), CultureInfo.InvariantCulture);
        return (first, parts.Length == 2 ? short.Parse(parts[1], CultureInfo.InvariantCulture) : parts[0].EndsWith('+') ? short.MaxValue : first);
    }

    static string? Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) ? value.ToString() : null;
}
