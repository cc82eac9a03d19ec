using System.Globalization;
using Samsa.Marbles.Syntax;

namespace Samsa.Marbles.Drawing;

/// <summary>Where the frames are on the paper. In run mode long silences are cut short.</summary>
sealed class Axis
{
    const int LongestSilence = 5;

    readonly List<(int Frame, double Unit)> knots;
    readonly double indent, width, reach;

    Axis(List<(int Frame, double Unit)> knots, double left, double indent, double width, double reach, bool isCut) =>
        (this.knots, Left, this.indent, this.width, this.reach, IsCut) = (knots, left, indent, width, reach, isCut);

    /// <summary>Whether distances on the paper are not all in proportion to time.</summary>
    public bool IsCut { get; }

    public int First => knots[0].Frame;

    public int Last => knots[^1].Frame;

    /// <summary>Where names end and lanes begin.</summary>
    public double Left { get; }

    public double Right => X(Last) + Math.Max(width, reach);

    /// <summary>The frames at which something happens, where silences are cut.</summary>
    public IEnumerable<int> Moments => knots.Select(knot => knot.Frame);

    public static Axis Of(IReadOnlyCollection<int> moments, bool isCut, double left, double width)
    {
        var frames = moments.Append(0).Distinct().Order().ToList();
        var knots = new List<(int, double)> { (frames[0], 0.5) };
        foreach (var (before, frame) in frames.Zip(frames.Skip(1)))
            knots.Add((frame, knots[^1].Item2 + (isCut ? Math.Min(frame - before, LongestSilence) : frame - before)));
        return new(knots, left, 0, width, 26, isCut);
    }

    public double X(int frame) => Left + indent + UnitOf(frame) * width;

    /// <summary>How many frame widths two frames are apart.</summary>
    public double Between(int from, int to) => UnitOf(to) - UnitOf(from);

    public Axis Wide(double newWidth) => new(knots, Left, indent, newWidth, reach, IsCut);

    /// <summary>With more room before its first frame and behind its last.</summary>
    public Axis Roomy(double before, double behind) => new(knots, Left, before, width, Math.Max(reach, behind), IsCut);

    double UnitOf(int frame)
    {
        if (frame <= First) return knots[0].Unit + frame - First;
        if (frame >= Last) return knots[^1].Unit + frame - Last;
        var after = knots.FindIndex(knot => knot.Frame >= frame);
        var (from, to) = (knots[after - 1], knots[after]);
        return from.Unit + (to.Unit - from.Unit) * (frame - from.Frame) / (to.Frame - from.Frame);
    }

    public void Draw(Svg svg, double y, TimeSpan frame)
    {
        svg.Text(Left - 14, y + 11, "note end", IsCut ? "time" : "frame");
        svg.Line(X(First), y, X(Last), y, "tick");
        if (IsCut) DrawMoments(svg, y, frame);
        else DrawFrames(svg, y);
    }

    void DrawFrames(Svg svg, double y)
    {
        for (var frame = First; frame <= Last; frame++)
        {
            var isNumbered = frame % 5 == 0;
            svg.Line(X(frame), y, X(frame), y + (isNumbered ? 5 : 3), "tick");
            if (isNumbered) svg.Text(X(frame), y + 11, "note mid", frame.ToString(CultureInfo.InvariantCulture));
        }
    }

    void DrawMoments(Svg svg, double y, TimeSpan frame)
    {
        var free = double.MinValue;
        foreach (var (before, moment) in Moments.Zip(Moments.Skip(1)))
        {
            if (moment - before <= LongestSilence) continue;
            // A cut in the time.
            var x = (X(before) + X(moment)) / 2;
            svg.Path("tick paper", (x - 5, y + 4), (x - 1, y - 4), (x + 5, y - 4), (x + 1, y + 4));
        }

        foreach (var moment in Moments)
        {
            var text = InWords(frame * moment);
            var half = Palette.WidthOf(text, 10) / 2;
            svg.Line(X(moment), y, X(moment), y + 4, "tick");
            if (X(moment) - half < free) continue;
            svg.Text(X(moment), y + 11, "note mid", text);
            free = X(moment) + half + 4;
        }
    }

    static string InWords(TimeSpan time) =>
        Math.Abs(time.TotalSeconds) < 1 && time != TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.###}ms")
        : Math.Abs(time.TotalMinutes) < 2 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.###}m");

    /// <summary>All frames of a lane at which something is drawn.</summary>
    public static IEnumerable<int> MomentsOf(Lane lane, int origin) =>
        lane.Timeline.Marbles.Select(marble => marble.Frame + origin)
            // A group at the end is wider in the text than it is in time.
            .Concat([-lane.Timeline.Before + origin, lane.Timeline.HasEnd ? origin : Math.Max(0, lane.Timeline.Length - 1) + origin])
            .Concat((lane.Subscriptions ?? []).Append(lane.Window).SelectMany(span => new[] { span.From, span.To }).OfType<int>());
}
