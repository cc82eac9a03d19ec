using Samsa.Marbles.Syntax;

namespace Samsa.Marbles.Drawing;

/// <summary>Draws a marble file as SVG, for light and dark paper.</summary>
static class Picture
{
    const double Gap = 10, Margin = 14;

    public static string Draw(MarbleFile file)
    {
        var streams = file.InputStreams.Where(stream => !file.Inputs.Any(lane => lane.IsOuter([stream])));
        var tops = Pictures(file, file.Inputs.Where(lane => !lane.IsInBox), isOutput: false);
        // Streams that only the operator knows belong to it.
        var inside = Pictures(file, file.Inputs.Where(lane => lane.IsInBox).Concat(streams), isOutput: false);
        var outputs = Pictures(file, file.Outputs, isOutput: true);
        var all = tops.Concat(inside).Concat(outputs).ToList();
        var box = new Box(file, inside);

        var axis = Fit(all, file, box.Width);
        var width = Math.Max(axis.Right + Margin + WhyWidth(file, axis), box.Width);
        var body = new Svg();
        var height = DrawBody(body, file, axis, box, tops, outputs, width);

        var svg = new Svg();
        var (across, down) = (Svg.N(width), Svg.N(height));
        svg.Raw($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{across}\" height=\"{down}\" viewBox=\"0 0 {across} {down}\"")
            .Raw($"  role=\"img\" aria-labelledby=\"{file.Name}-title {file.Name}-desc\">")
            .Raw($"<title id=\"{file.Name}-title\">{Svg.Escape(file.Title)}</title>")
            .Raw($"<desc id=\"{file.Name}-desc\">{Svg.Escape(Description.Of(file))}</desc>")
            .Raw("<style>");
        AppendStyles(svg, all.SelectMany(lane => lane.Hues).Concat(box.Hues).Distinct().Order().ToList());
        svg.Raw("</style>");
        svg.Rectangle(0.5, 0.5, width - 1, height - 1, 10, "paper");
        return svg + body.ToString() + "</svg>\n";
    }

    static List<LanePicture> Pictures(MarbleFile file, IEnumerable<Lane> lanes, bool isOutput) =>
        [.. lanes.Select(lane => new LanePicture(file, lane, file.NameOf(lane), isOutput))];

    static double DrawBody(Svg body, MarbleFile file, Axis axis, Box box, List<LanePicture> tops, List<LanePicture> outputs, double width)
    {
        var lanes = new Svg();
        var y = Margin;
        void Lanes(List<LanePicture> pictures)
        {
            foreach (var lane in pictures)
            {
                y += LanePicture.Above;
                lane.Draw(lanes, axis, y);
                y += lane.Below;
            }
        }

        Lanes(tops);
        y += tops.Count > 0 ? Gap : 0;
        var top = y;
        box.Draw(lanes, axis, y, width);
        y += box.Height + Gap;
        Lanes(outputs);
        // What the operator says stands under what made it say so.
        var guides = new Svg();
        foreach (var frame in outputs.SelectMany(lane => lane.Said).Distinct().Order())
        {
            guides.Line(axis.X(frame), Margin + 4, axis.X(frame), top, "guide");
            guides.Line(axis.X(frame), top + box.Height, axis.X(frame), y, "guide");
        }

        body.Raw(guides.ToString().TrimEnd('\n')).Raw(lanes.ToString().TrimEnd('\n'));
        y += 6;
        axis.Draw(body, y, file.Directives.Frame);
        return y + 22 + 4;
    }

    static Axis Fit(List<LanePicture> lanes, MarbleFile file, double boxWidth)
    {
        var left = Math.Max(lanes.Max(lane => Palette.WidthOf(lane.Name, 13.5)), 34) + 14 + Margin + 10;
        var axis = Axis.Of([.. lanes.SelectMany(lane => lane.Moments)], file.Directives.IsRun, left, 1);
        var narrowest = Math.Max(file.Styles.FrameWidth ?? 26, lanes.Max(lane => lane.FrameWidth(axis)));
        // Where the code is wider than the lanes, they spread out.
        var filling = (boxWidth - left - Margin) / (axis.Between(axis.First, axis.Last) + 1.5);
        axis = axis.Wide(file.Styles.FrameWidth is null ? Math.Max(narrowest, Math.Min(filling, 40)) : narrowest);
        return axis.Roomy(lanes.Max(lane => lane.Overhang(axis)), lanes.Max(lane => lane.Reach(axis)));
    }

    // The words of an error may stand behind the last frame.
    static double WhyWidth(MarbleFile file, Axis axis) =>
        file.Lanes.Where(lane => lane is { ErrorText: not null } && lane.Timeline.Marbles.Any(marble => marble.Kind is MarbleKind.Error))
            .Select(lane => axis.X(lane.Timeline.Marbles[^1].Frame) + 16 + Palette.WidthOf(lane.ErrorText!, 11) - axis.Right).Append(0).Max();

    static void AppendStyles(Svg svg, List<int> hues)
    {
        svg.Raw(Palette.Fonts).Raw(Palette.LightRules);
        foreach (var hue in hues) svg.Raw(Palette.Light(hue));
        svg.Raw("@media (prefers-color-scheme:dark){").Raw(Palette.DarkRules);
        foreach (var hue in hues) svg.Raw(Palette.Dark(hue));
        svg.Raw("}");
    }
}
