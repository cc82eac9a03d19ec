using Samsa.Marbles.Syntax;

namespace Samsa.Marbles.Drawing;

/// <summary>One lane as it is drawn: its line, its marbles, when it is subscribed to, and the streams that are its values.</summary>
sealed class LanePicture
{
    /// <summary>How much room the marbles of a lane need above its line.</summary>
    public const double Above = 20;

    const double Radius = 13, Step = 28, BarStep = 11;

    readonly MarbleFile file;
    readonly Lane lane;
    readonly string name;
    readonly string? temperature;
    readonly int origin;
    readonly bool isOutput;
    readonly List<List<LanePicture>> rows = [];
    readonly List<IReadOnlyList<Span>> bars;

    public LanePicture(MarbleFile file, Lane lane, string name, bool isOutput, int origin = 0)
    {
        (this.file, this.lane, this.name, this.isOutput) = (file, lane, name, isOutput);
        // A cold lane begins when it is subscribed to; where that happens once, it is drawn there.
        this.origin = lane is { IsHot: false, Subscriptions: [{ From: { } from }] } && origin == 0 ? from : origin;
        temperature = isOutput ? null : lane.IsHot ? "hot" : "cold";
        bars = Pack(isOutput ? lane.Window is { From: 0, To: null } ? [] : [lane.Window with { To = lane.Window.To ?? End }] : lane.Subscriptions ?? []);
        if (lane.Symbol is not null) return;
        foreach (var marble in lane.Timeline.Marbles)
            if (marble.Kind is MarbleKind.Next && Streams.FirstOrDefault(stream => stream.Symbol == marble.Symbol) is { } stream)
                Add(new(file, stream, "", isOutput, stream.IsHot ? 0 : marble.Frame));
    }

    public string Name => name;

    public IEnumerable<int> Moments => rows.SelectMany(row => row).SelectMany(child => child.Moments).Concat(Axis.MomentsOf(lane, origin));

    public IEnumerable<int> Hues => rows.SelectMany(row => row).SelectMany(child => child.Hues)
        .Concat(from marble in lane.Timeline.Marbles
                where marble.Kind is MarbleKind.Next && !IsStream(marble)
                select Palette.HueOf(lane.LabelOf(marble.Symbol)));

    /// <summary>The frames at which it says something.</summary>
    public IEnumerable<int> Said => lane.Timeline.Marbles.Select(marble => marble.Frame + origin);

    public double Below => 20 + Depth + rows.Sum(row => Above + row.Max(child => child.Below)) + bars.Count * BarStep;

    int? End => lane.Timeline.HasEnd ? lane.Timeline.Marbles[^1].Frame + origin : null;

    // Nothing is heard of the result before and after somebody listens.
    bool IsWatched => isOutput && lane.Symbol is null && lane.Of is null;

    IReadOnlyList<Lane> Streams => isOutput ? file.OutputStreams : file.InputStreams;

    // What happens at the same frame is drawn below each other.
    double Depth => Step * (lane.Timeline.Marbles.GroupBy(marble => marble.Frame).Select(moment => moment.Count(Stacks)).Append(1).Max() - 1);

    /// <summary>How wide a frame has to be for its marbles to stand beside each other.</summary>
    public double FrameWidth(Axis axis)
    {
        var moments = lane.Timeline.Marbles.Where(marble => marble.Kind is not MarbleKind.Completed).GroupBy(marble => marble.Frame)
            .Select(moment => (moment.Key, Half: moment.Max(Half))).OrderBy(moment => moment.Key).ToList();
        var own = moments.Zip(moments.Skip(1), (one, next) => (one.Half + next.Half + 8) / axis.Between(one.Key + origin, next.Key + origin));
        return own.Concat(rows.SelectMany(row => row).Select(child => child.FrameWidth(axis))).DefaultIfEmpty(0).Max();
    }

    /// <summary>How far its marbles reach over the beginning of the axis.</summary>
    public double Overhang(Axis axis) => rows.SelectMany(row => row).Select(child => child.Overhang(axis))
        .Concat(lane.Timeline.Marbles.Select(marble => axis.Left - axis.X(marble.Frame + origin) + Half(marble))).Append(0).Max();

    /// <summary>How much room the marbles of the last frame need.</summary>
    public double Reach(Axis axis) => rows.SelectMany(row => row).Select(child => child.Reach(axis))
        .Concat(lane.Timeline.Marbles.Where(marble => marble.Frame + origin == axis.Last).Select(marble => Half(marble) + 14)).Append(0).Max();

    public void Draw(Svg svg, Axis axis, double y)
    {
        DrawLine(svg, axis, y);
        DrawChildren(svg, axis, y);
        DrawMarbles(svg, axis, y);
        var below = y + Below - bars.Count * BarStep - 3;
        foreach (var row in bars)
        {
            foreach (var span in row) DrawBar(svg, axis, below, span);
            below += BarStep;
        }
    }

    void DrawLine(Svg svg, Axis axis, double y)
    {
        if (name.Length > 0)
        {
            svg.Text(axis.Left - 14, temperature is null ? y : y - 4, "name", name);
            if (temperature is not null) svg.Text(axis.Left - 14, y + 9, "note end", temperature);
        }

        var begin = IsWatched ? lane.Window.From!.Value : lane.Timeline.Indent + origin - lane.Timeline.Before;
        var from = axis.X(begin);
        // A hot lane was there before anybody looked; a cold one begins.
        if (lane.IsHot && begin == axis.First) svg.Line(from - 16, y, from - 6, y, "faint");
        else if (!lane.IsHot && !isOutput) svg.Line(from - 6, y - 4, from - 6, y + 4, "time");
        from -= 6;
        if ((End ?? (IsWatched ? lane.Window.To : null)) is { } last)
        {
            svg.Line(from, y, axis.X(last), y, "time");
            return;
        }

        var to = lane.Symbol is null ? axis.Right : axis.X(origin + Math.Max(lane.Timeline.Length, 1));
        svg.Line(from, y, to - 7, y, "time");
        svg.Path("head", (to, y), (to - 9, y - 4.5), (to - 9, y + 4.5));
    }

    void DrawMarbles(Svg svg, Axis axis, double y)
    {
        foreach (var moment in lane.Timeline.Marbles.GroupBy(marble => marble.Frame))
        {
            var x = axis.X(moment.Key + origin);
            var stack = moment.Count(Stacks);
            if (moment.Any(marble => marble.Kind is MarbleKind.Completed))
                svg.Line(x, y - (stack > 0 ? 19 : 12), x, y + (stack > 0 ? 19 + (stack - 1) * Step : 12), "time");

            var at = y;
            foreach (var marble in moment.Where(Stacks))
            {
                if (marble.Kind is MarbleKind.Error) DrawError(svg, x, at);
                else if (IsStream(marble)) DrawStream(svg, x, at, marble);
                else DrawValue(svg, x, at, marble);
                at += Step;
            }
        }
    }

    void DrawValue(Svg svg, double x, double y, Marble marble)
    {
        var label = lane.LabelOf(marble.Symbol);
        var half = Half(marble);
        var kind = $"marble c{Palette.HueOf(label)}{(lane.Ghosts.Contains(marble.Symbol) ? " ghost" : "")}";
        var fill = file.Styles.Fills.TryGetValue(marble.Symbol, out var colour) ? $" style=\"fill:{colour}\"" : "";
        if (half <= Radius) svg.Circle(x, y, Radius, kind, fill);
        else svg.Rectangle(x - half, y - Radius, half * 2, Radius * 2, Radius, kind, fill);
        svg.Text(x, y, lane.Ghosts.Contains(marble.Symbol) ? "on ghost" : "on", label);
    }

    static void DrawStream(Svg svg, double x, double y, Marble marble)
    {
        svg.Circle(x, y, 10, "stream");
        svg.Text(x, y, "on small", marble.Symbol);
    }

    void DrawError(Svg svg, double x, double y)
    {
        svg.Path("fail", (x - 7, y - 7), (x + 7, y + 7));
        svg.Path("fail", (x - 7, y + 7), (x + 7, y - 7));
        if (lane.ErrorText is { } text) svg.Text(x + 13, y, "why", text);
    }

    void DrawChildren(Svg svg, Axis axis, double y)
    {
        var at = y + 20 + Depth;
        foreach (var row in rows)
        {
            at += Above;
            foreach (var child in row)
            {
                var x = axis.X(child.origin);
                svg.Line(x, y, x, at, "faint");
                child.Draw(svg, axis, at);
            }

            at += row.Max(child => child.Below);
        }
    }

    void DrawBar(Svg svg, Axis axis, double y, Span span)
    {
        var (bar, edge) = isOutput ? ("watch", "rim") : ("bar", "edge");
        var from = axis.X(span.From!.Value);
        var to = span.To is { } end ? axis.X(end) : axis.Right;
        svg.Rectangle(from, y - 2.5, Math.Max(to - from, 0.5), 5, 1, bar);
        svg.Path(edge, (from, y - 5), (from, y + 5));
        if (span.To is not null) svg.Path(edge, (to, y - 5), (to, y + 5));
        else svg.Path(edge, (to - 5, y - 4), (to, y), (to - 5, y + 4));
    }

    void Add(LanePicture child)
    {
        foreach (var row in rows)
        {
            if (row[^1].Moments.Max() + 1 >= child.origin) continue;
            row.Add(child);
            return;
        }

        rows.Add([child]);
    }

    static bool Stacks(Marble marble) => marble.Kind is not MarbleKind.Completed;

    bool IsStream(Marble marble) =>
        lane.Symbol is null && marble.Kind is MarbleKind.Next && Streams.Any(stream => stream.Symbol == marble.Symbol);

    double Half(Marble marble) =>
        marble.Kind is not MarbleKind.Next ? 8 : IsStream(marble) ? 10 : Math.Max(Radius, Palette.WidthOf(lane.LabelOf(marble.Symbol), 12) / 2 + 8);

    // Spans that follow each other share a row.
    static List<IReadOnlyList<Span>> Pack(IReadOnlyList<Span> spans)
    {
        var packed = new List<List<Span>>();
        foreach (var span in spans)
        {
            var row = packed.Find(row => row[^1].To is { } end && end <= span.From);
            if (row is null) packed.Add([span]);
            else row.Add(span);
        }

        return [.. packed];
    }
}
