using System.Globalization;
using System.Text;
using Samsa.Marbles.Syntax;

namespace Samsa.Marbles.Playing;

/// <summary>Writes what happened as marbles.</summary>
static class TimelineText
{
    const int WidestGap = 100;

    public static IReadOnlyList<string> Of(Lane lane) => Write([.. lane.Happening.Select(marble => (marble.Frame, marble.Symbol))]);

    public static IReadOnlyList<string> Of(IReadOnlyList<Seen> seen, Func<Seen, string> symbol) =>
        Write([.. seen.Select(one => (one.Frame, symbol(one)))]);

    public static IReadOnlyList<string> Of(IReadOnlyList<Span> spans) =>
        spans.Count == 0
            ? ["(never)"]
            : [.. spans.Select(span => Write(span.To is { } to ? [(span.From!.Value, "^"), (to, "!")] : [(span.From!.Value, "^")])[0])];

    // A group is wider than the moment it stands for: what would stand under its brackets goes to a line of its own.
    static List<string> Write(List<(int Frame, string Symbol)> marbles)
    {
        var (lines, rest) = (new List<string>(), marbles);
        do
        {
            (var line, rest) = WriteLine(rest);
            lines.Add(line);
        }
        while (rest.Count > 0);
        return lines;
    }

    static (string Line, List<(int Frame, string Symbol)> Later) WriteLine(List<(int Frame, string Symbol)> marbles)
    {
        var text = new StringBuilder();
        var rest = new List<(int, string)>();
        var frame = Math.Min(0, marbles.Count == 0 ? 0 : marbles[0].Frame);
        foreach (var moment in marbles.GroupBy(marble => marble.Frame).OrderBy(moment => moment.Key))
        {
            if (moment.Key < frame)
            {
                rest.AddRange(moment);
                continue;
            }

            Pass(text, moment.Key - frame);
            var symbols = string.Concat(moment.Select(marble => marble.Symbol));
            text.Append(moment.Count() == 1 ? symbols : $"({symbols})");
            frame = moment.Key + (moment.Count() == 1 ? 1 : moment.Count() + 2);
        }

        return (text.Length == 0 ? "-" : text.ToString(), rest);
    }

    static void Pass(StringBuilder text, int frames)
    {
        if (frames <= WidestGap) text.Append('-', frames);
        else text.Append(CultureInfo.InvariantCulture, $" {frames} frames ");
    }
}
