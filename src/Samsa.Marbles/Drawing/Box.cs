using Samsa.Marbles.Playing;
using Samsa.Marbles.Syntax;

namespace Samsa.Marbles.Drawing;

/// <summary>The box of the operator: its C#, the streams in backquotes among it, and the lanes that it opens and closes.</summary>
sealed class Box
{
    const double Size = 13, LineHeight = 22, Pad = 14, MarbleStep = 15;

    readonly MarbleFile file;
    readonly IReadOnlyList<LanePicture> lanes;
    readonly List<List<(Code Code, bool IsMarbles)>> lines;

    public Box(MarbleFile file, IReadOnlyList<LanePicture> lanes)
    {
        (this.file, this.lanes) = (file, lanes);
        lines = [.. MarbleSource.Pieces(file.Operation).GroupBy(piece => piece.Code.Place.Line).Select(line => line.ToList())];
    }

    public double Height => lines.Count * LineHeight + Pad * 1.2 + lanes.Sum(lane => LanePicture.Above + lane.Below) + (lanes.Count > 0 ? 4 : 0);

    public double Width => lines.Max(WidthOf) + Pad * 4;

    public IEnumerable<int> Hues => lines.SelectMany(line => line).Where(piece => piece.IsMarbles).SelectMany(piece => Read(piece.Code).Marbles)
        .Where(marble => marble.Kind is MarbleKind.Next).Select(marble => Palette.HueOf(LabelOf(marble)));

    public void Draw(Svg svg, Axis axis, double y, double width)
    {
        svg.Rectangle(8, y, width - 16, Height, 9, "box");
        // Lines of code begin below each other; the block of them stands in the middle.
        var indent = Math.Max((width - lines.Max(WidthOf)) / 2, 8 + Pad);
        var at = y + Pad * 0.6 + LineHeight / 2;
        foreach (var line in lines)
        {
            var x = indent;
            foreach (var (code, isMarbles) in line)
            {
                if (isMarbles) DrawStream(svg, x, at, Read(code));
                else svg.Text(x, at, "code", code.Text);
                x += WidthOf(code, isMarbles);
            }

            at += LineHeight;
        }

        at += 4 - LineHeight / 2 + Pad * 0.2;
        foreach (var lane in lanes)
        {
            at += LanePicture.Above;
            lane.Draw(svg, axis, at);
            at += lane.Below;
        }
    }

    void DrawStream(Svg svg, double x, double y, Timeline stream)
    {
        var right = x + 8 + stream.Length * MarbleStep;
        var end = stream.HasEnd ? x + 8 + (stream.Marbles[^1].Frame + 0.5) * MarbleStep : right;
        svg.Line(x + 4, y, end, y, "time");
        if (!stream.HasEnd) svg.Path("head", (right + 4, y), (right - 4, y - 4), (right - 4, y + 4));
        foreach (var marble in stream.Marbles)
        {
            var at = x + 8 + (marble.Frame + 0.5) * MarbleStep;
            switch (marble.Kind)
            {
                case MarbleKind.Completed:
                    svg.Line(at, y - 8, at, y + 8, "time");
                    break;
                case MarbleKind.Error:
                    svg.Path("fail", (at - 5, y - 5), (at + 5, y + 5));
                    svg.Path("fail", (at - 5, y + 5), (at + 5, y - 5));
                    break;
                default:
                    svg.Circle(at, y, 8, $"marble c{Palette.HueOf(LabelOf(marble))}");
                    svg.Text(at, y, "on small", LabelOf(marble));
                    break;
            }
        }
    }

    double WidthOf(List<(Code Code, bool IsMarbles)> line) => line.Sum(piece => WidthOf(piece.Code, piece.IsMarbles));

    double WidthOf(Code code, bool isMarbles) => isMarbles ? Read(code).Length * MarbleStep + 16 : Palette.WidthOfCode(code.Text, Size);

    Timeline Read(Code code) => TimelineReader.Read(code.Text, code.Place, file.Directives.Rule, isHot: false);

    string LabelOf(Marble marble) => file.Operation.Labels.GetValueOrDefault(marble.Symbol, marble.Symbol);
}
