using System.Globalization;
using System.Text.RegularExpressions;

namespace Samsa.Marbles.Syntax;

/// <summary>Reads the block of a lane: its marbles, and what the lines below say of it.</summary>
static partial class LaneReader
{
    const string Keys = "title =, kind =, subs =, window =, place =, ghosts =, or a := label";

    public static Lane Read(Block block, FrameRule rule, bool isOutput)
    {
        var first = block.Lines[0];
        var settings = block.Lines.Skip(1).Select(line => Setting.Read(line, Keys)).ToList();
        Code? Plain(string key) => settings.Find(setting => !setting.IsLabel && setting.Key.Text == key)?.Value;

        foreach (var setting in settings.Where(setting => !setting.IsLabel)) Check(setting, isOutput);
        var isHot = Plain("kind")?.Text is "hot";
        var stream = Stream().Match(first.Text);
        var marbles = stream.Success ? new(stream.Groups["marbles"].Value, first.Place.At(stream.Groups["marbles"].Index)) : first;
        if (marbles.Text.Trim().Length == 0) throw marbles.Place.Expected("marbles such as --a-b-|", "nothing");

        return new()
        {
            Place = marbles.Place,
            Symbol = stream.Success ? stream.Groups["symbol"].Value : null,
            Title = Plain("title")?.Text,
            IsHot = isHot,
            IsInBox = Plain("place")?.Text is "operator",
            Timeline = block.Directives.Where(directive => directive.Word.Text == "also").Select(also => also.Required("marbles")).Prepend(marbles)
                .Select(line => TimelineReader.Read(line.Text.TrimEnd(), line.Place, rule, isHot)).Aggregate((line, also) => line.With(also)),
            Subscriptions = Plain("subs") is { } subs ? SpanReader.ReadAll(subs.Text, subs.Place, rule) : null,
            Window = Plain("window") is { } window ? Window(window, rule) : new(0, null),
            Ghosts = Plain("ghosts")?.Text.Split(',', StringSplitOptions.TrimEntries) ?? [],
            Labels = Labels(settings),
            Type = block.Directives.Find(directive => directive.Word.Text == "type")?.ElementType(),
            Of = Of(block, isOutput),
        };
    }

    public static IReadOnlyDictionary<string, string> Labels(IEnumerable<Setting> settings)
    {
        var labels = new Dictionary<string, string>();
        foreach (var (key, value, _) in settings.Where(setting => setting.IsLabel))
        {
            if (new StringInfo(key.Text).LengthInTextElements != 1) throw key.Place.Expected("one character in front of ':='", $"'{key.Text}'");
            if (!labels.TryAdd(key.Text, value.Text)) throw key.Place.Expected($"one label for '{key.Text}'", "a second");
        }

        return labels;
    }

    static void Check(Setting setting, bool isOutput)
    {
        var (key, value) = (setting.Key, setting.Value);
        switch (key.Text)
        {
            case "kind" when value.Text is not ("hot" or "cold"):
                throw value.Place.Expected("hot or cold", $"'{value.Text}'");
            case "kind" when isOutput:
                throw key.Place.Expected("a kind only for inputs", "one for an output");
            case "place" when value.Text is not "operator":
                throw value.Place.Expected("operator", $"'{value.Text}'");
            case "window" when !isOutput:
                throw key.Place.Expected("a window only for outputs", "one for an input");
            case "subs" when isOutput:
                throw key.Place.Expected("subs only for inputs; the window of an output says when it is subscribed to", "subs of an output");
            case "title" or "kind" or "subs" or "window" or "place" or "ghosts":
                break;
            default:
                throw key.Place.Expected(Keys, $"'{key.Text} ='");
        }
    }

    static Span Window(Code text, FrameRule rule) =>
        SpanReader.Read(text.Text, text.Place, rule) is { From: not null } span
            ? span
            : throw text.Place.Expected("'^'", "a window that never opens");

    static Code? Of(Block block, bool isOutput) =>
        block.Directives.Find(directive => directive.Word.Text == "of") is not { } of ? null
        : isOutput ? of.Required("a C# expression")
        : throw of.Word.Place.Expected("'of' in the block of an output", "it in an input's");

    [GeneratedRegex(@"^(?<symbol>[A-Za-z0-9])\s*=\s*(?<marbles>\S.*)$")]
    private static partial Regex Stream();
}

/// <summary>A line <c>key = value</c> or <c>a := label</c> below the first of a block.</summary>
sealed partial record Setting(Code Key, Code Value, bool IsLabel)
{
    public static Setting Read(Code line, string keys)
    {
        var match = Line().Match(line.Text);
        if (!match.Success) throw line.Place.Expected(keys, $"'{line.Text.Trim()}'");
        return new(
            new(match.Groups["key"].Value, line.Place.At(match.Groups["key"].Index)),
            new(match.Groups["value"].Value, line.Place.At(match.Groups["value"].Index)),
            match.Groups["label"].Success);
    }

    [GeneratedRegex(@"^\s*(?<key>\S.*?)\s*(?<label>:)?=\s*(?<value>.*?)\s*$")]
    private static partial Regex Line();
}
