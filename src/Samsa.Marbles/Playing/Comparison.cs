using System.Globalization;
using System.Text;
using Samsa.Marbles.Syntax;

namespace Samsa.Marbles.Playing;

/// <summary>Holds what was seen against what a file expects.</summary>
sealed class Comparison
{
    readonly MarbleFile file;
    readonly MarblePlay play;
    readonly List<Part> parts = [];

    public Comparison(MarbleFile file, MarblePlay play)
    {
        (this.file, this.play) = (file, play);
        foreach (var output in file.Outputs) Compare(output, play.Recordings.GetValueOrDefault(output), file.NameOf(output));
        foreach (var lane in file.Inputs.Concat(file.InputStreams)) CompareSubscriptions(lane);
    }

    public bool Differs => parts.Exists(part => part.Rows.Count > 0);

    /// <summary>Both timelines of what differs, and a table of the differences.</summary>
    public string Report()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{file.Path}: {file.Title}\n");
        foreach (var part in parts.Where(part => part.Rows.Count > 0))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{part.Name} ({part.Place}) differs:\n");
            AppendTimeline(text, "expected", part.Expected);
            AppendTimeline(text, "actual", part.Actual);
        }

        List<string[]> rows = [["where", "frame", "kind", "expected", "actual"], .. parts.SelectMany(part => part.Rows).Select(row => row.Cells)];
        var widths = Enumerable.Range(0, 5).Select(column => rows.Max(row => row[column].Length)).ToArray();
        text.Append('\n');
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => column == 1 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.Append("  ").Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    void Compare(Lane lane, Recording? recording, string name)
    {
        var rows = new List<Row>();
        var seen = recording?.Events ?? [];
        var nested = new List<(Lane, Recording, string)>();
        var expected = lane.Happening.ToList();
        foreach (var frame in expected.Select(marble => marble.Frame).Concat(seen.Select(one => one.Frame)).Distinct().Order())
        {
            var (wanted, got) = (expected.FindAll(marble => marble.Frame == frame), seen.FindAll(one => one.Frame == frame));
            for (var i = 0; i < Math.Max(wanted.Count, got.Count); i++)
            {
                Marble? marble = i < wanted.Count ? wanted[i] : null;
                var one = i < got.Count ? got[i] : null;
                if (marble is { } value && one is { Stream: { } stream } && StreamOf(lane, value) is { } streamLane)
                {
                    nested.Add((streamLane, stream, $"{name}, {value.Symbol} of frame {frame}"));
                    continue;
                }

                if (marble is { } some && one is not null && Matches(lane, some, one)) continue;
                var shown = marble is { } missed ? Show(lane, missed) : "";
                if (marble?.Kind == one?.Kind)
                {
                    rows.Add(new(name, frame, Word(one!.Kind), shown, Show(one)));
                    continue;
                }

                if (marble is { } expectedOnly) rows.Add(new(name, frame, Word(expectedOnly.Kind), shown, ""));
                if (one is not null) rows.Add(new(name, frame, Word(one.Kind), "", Show(one)));
            }
        }

        parts.Add(new(name, lane.Place, rows, TimelineText.Of(lane), TimelineText.Of(seen, one => SymbolOf(lane, one))));
        foreach (var (streamLane, stream, streamName) in nested) Compare(streamLane, stream, streamName);
    }

    void CompareSubscriptions(Lane lane)
    {
        if (lane.Subscriptions is not { } expected) return;
        var actual = play.SpansOf(lane).ToList();
        var name = $"subs of {file.NameOf(lane)}";
        var rows = new List<Row>();
        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            Span? wanted = i < expected.Count ? expected[i] : null;
            Span? got = i < actual.Count ? actual[i] : null;
            if (wanted?.From != got?.From) rows.Add(Row.Of(name, "subscribed", wanted?.From, got?.From));
            if (wanted?.To != got?.To) rows.Add(Row.Of(name, "unsubscribed", wanted?.To, got?.To));
        }

        parts.Add(new(name, lane.Place, rows, TimelineText.Of(expected), TimelineText.Of(actual)));
    }

    bool Matches(Lane lane, Marble marble, Seen one)
    {
        if (marble.Kind != one.Kind) return false;
        switch (marble.Kind)
        {
            case MarbleKind.Completed:
                return true;
            case MarbleKind.Error:
                var error = (Exception)one.Value!;
                var type = error.GetType().Name;
                return lane.ErrorText is not { } text
                    || text == error.Message || text == type || text + "Exception" == type || text == MarbleValue.Show(error);
            default:
                if (StreamOf(lane, marble) is not null) return one.Stream is not null;
                var label = lane.LabelOf(marble.Symbol);
                return play.Codecs.TryGetValue(lane, out var codec)
                    ? MarbleValue.AreEqual(codec(label), one.Value)
                    : label == MarbleValue.Show(one.Value);
        }
    }

    Lane? StreamOf(Lane lane, Marble marble) =>
        marble.Kind is MarbleKind.Next && file.Outputs.Contains(lane)
            ? file.OutputStreams.FirstOrDefault(stream => stream.Symbol == marble.Symbol)
            : null;

    // Known values keep the letters of the file; any other is shown as it is where that is one character.
    string SymbolOf(Lane lane, Seen one)
    {
        if (one.Kind is not MarbleKind.Next) return one.Kind is MarbleKind.Completed ? "|" : "#";
        // Of several letters for the same value, the one that stands in this frame.
        var known = lane.Timeline.Marbles.Where(marble => Matches(lane, marble, one)).OrderBy(marble => marble.Frame != one.Frame);
        return known.FirstOrDefault().Symbol ?? (MarbleValue.Show(one.Value) is { Length: 1 } single ? single : "?");
    }

    static string Word(MarbleKind kind) => kind switch { MarbleKind.Next => "next", MarbleKind.Error => "error", _ => "completed" };

    string Show(Lane lane, Marble marble) => marble.Kind switch
    {
        MarbleKind.Completed => "|",
        MarbleKind.Error => lane.ErrorText ?? "#",
        _ when StreamOf(lane, marble) is not null => $"the stream {marble.Symbol}",
        _ => lane.LabelOf(marble.Symbol),
    };

    static string Show(Seen one) =>
        one.Kind is MarbleKind.Completed ? "|" : one.Stream is not null ? "a stream" : MarbleValue.Show(one.Value).ReplaceLineEndings(" ");

    static void AppendTimeline(StringBuilder text, string name, IReadOnlyList<string> lines)
    {
        for (var line = 0; line < lines.Count; line++)
            text.Append(CultureInfo.InvariantCulture, $"  {(line == 0 ? name : "and also"),-8}  {lines[line]}\n");
    }

    sealed record Part(string Name, Place Place, List<Row> Rows, IReadOnlyList<string> Expected, IReadOnlyList<string> Actual);

    sealed record Row(string Where, int Frame, string Kind, string Expected, string Actual)
    {
        public string[] Cells => [Where, Frame.ToString(CultureInfo.InvariantCulture), Kind, Expected, Actual];

        public static Row Of(string name, string kind, int? expected, int? actual) =>
            new(name, expected ?? actual ?? 0, kind, Show(expected), Show(actual));

        static string Show(int? frame) => frame?.ToString(CultureInfo.InvariantCulture) ?? "never";
    }
}
