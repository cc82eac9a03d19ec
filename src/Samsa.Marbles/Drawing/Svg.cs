using System.Globalization;
using System.Text;

namespace Samsa.Marbles.Drawing;

/// <summary>Writes SVG: the same bytes for the same picture, whenever and wherever it is drawn.</summary>
sealed class Svg
{
    readonly StringBuilder text = new();

    public static string Escape(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.Value switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        // XML has no way to say it.
        (< ' ' and not ('\t' or '\n')) or 0xfffe or 0xffff => "\ufffd",
        _ => rune.ToString(),
    }));

    public Svg Raw(string line)
    {
        text.Append(line).Append('\n');
        return this;
    }

    public void Line(double x1, double y1, double x2, double y2, string kind) =>
        Raw($"<line class=\"{kind}\" x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"/>");

    public void Circle(double x, double y, double radius, string kind, string more = "") =>
        Raw($"<circle class=\"{kind}\" cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\"{more}/>");

    public void Rectangle(double x, double y, double width, double height, double radius, string kind, string more = "") =>
        Raw($"<rect class=\"{kind}\" x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\" rx=\"{N(radius)}\"{more}/>");

    /// <summary>A line through points, or an area when it is filled.</summary>
    public void Path(string kind, params (double X, double Y)[] points) =>
        Raw($"<path class=\"{kind}\" d=\"M{string.Join('L', points.Select(point => $"{N(point.X)} {N(point.Y)}"))}\"/>");

    /// <summary>Text whose middle is at a height.</summary>
    public void Text(double x, double y, string kind, string content) =>
        Raw($"<text class=\"{kind}\" x=\"{N(x)}\" y=\"{N(y)}\">{Escape(content)}</text>");

    public override string ToString() => text.ToString();

    public static string N(double number) => Math.Round(number, 1).ToString("0.#", CultureInfo.InvariantCulture);
}
