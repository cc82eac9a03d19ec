using System.Globalization;
using System.Text.RegularExpressions;
using Samsa.Marbles.Syntax;

namespace Samsa.Marbles.Drawing;

/// <summary>A picture in words, for those who have it read to them.</summary>
static partial class Description
{
    public static string Of(MarbleFile file) =>
        string.Join(' ', new[] { Plain(file.Prose) }.Concat(file.Inputs.Concat(file.InputStreams).Select(lane => Of(file, lane, isOutput: false)))
            .Append($"The operator is {string.Join(' ', file.Operation.Lines.Select(line => line.Text.Trim()))}.")
            .Concat(file.Outputs.Concat(file.OutputStreams).Select(lane => Of(file, lane, isOutput: true)))
            .Where(sentence => sentence.Length > 0));

    static string Of(MarbleFile file, Lane lane, bool isOutput)
    {
        var kind = lane.Symbol is not null ? "Stream" : isOutput ? "Output" : lane.IsHot ? "Hot input" : "From its subscription on, cold input";
        var happens = string.Join(", ", lane.Timeline.Marbles.Select(marble => Of(lane, marble)).DefaultIfEmpty("nothing happens"));
        return $"{kind} {file.NameOf(lane)}: {happens}.{Subscribed(lane)}";
    }

    static string Of(Lane lane, Marble marble) => string.Create(CultureInfo.InvariantCulture, $"{marble.Frame} {marble.Kind switch
    {
        MarbleKind.Completed => "completed",
        MarbleKind.Error => lane.ErrorText is { } text ? $"error {text}" : "error",
        _ => lane.LabelOf(marble.Symbol),
    }}");

    static string Subscribed(Lane lane) => lane.Subscriptions switch
    {
        null => "",
        [] => " It is never subscribed to.",
        var spans => $" It is subscribed to {string.Join(" and ", spans.Select(Of))}.",
    };

    static string Of(Span span) => string.Create(CultureInfo.InvariantCulture, $"from {span.From} {(span.To is { } to ? $"to {to}" : "on")}");

    // Markdown's marks are for the eye.
    static string Plain(string prose) => Marks().Replace(prose.ReplaceLineEndings(" "), "$1$2").Trim();

    [GeneratedRegex(@"[*_`]+([^*_`]+)[*_`]+|\[([^\]]+)\]\([^)]*\)")]
    private static partial Regex Marks();
}
