using System.Globalization;
using System.Text;

namespace Samsa.Marbles.Drawing;

/// <summary>Colours, and how wide letters are. A value has the same colour in every picture.</summary>
static class Palette
{
    const int Hues = 36;

    /// <summary>
    /// The hue of a label. Neighbours in the alphabet are far apart, and what was made of a value (<c>A</c>, <c>a!</c>, <c>aa</c>) keeps its colour.
    /// </summary>
    public static int HueOf(string label)
    {
        var core = string.Concat(label.Where(char.IsLetterOrDigit)).ToLowerInvariant();
        var index = core.Length > 0 && core.All(c => c == core[0]) && char.IsAsciiLetterOrDigit(core[0])
            ? char.IsAsciiDigit(core[0]) ? 26 + core[0] - '0' : core[0] - 'a'
            : (int)(Hash(label) % Hues);
        // The golden angle.
        return (int)((205 + index * 137.508) % 360);
    }

    public static string Light(int hue) =>
        string.Create(CultureInfo.InvariantCulture, $".c{hue}{{fill:hsl({hue},78%,87%);stroke:hsl({hue},48%,42%)}}");

    public static string Dark(int hue) =>
        string.Create(CultureInfo.InvariantCulture, $".c{hue}{{fill:hsl({hue},42%,25%);stroke:hsl({hue},58%,64%)}}");

    /// <summary>About how wide a text is, for fonts nobody can know.</summary>
    public static double WidthOf(string text, double size) =>
        size * text.EnumerateRunes().Sum(rune => rune.Value switch
        {
            'i' or 'j' or 'l' or '.' or ',' or '\'' or '|' or '!' or ':' or ';' => 0.3,
            't' or 'f' or 'r' or ' ' or '(' or ')' or '[' or ']' or '-' => 0.38,
            'm' or 'w' or 'M' or 'W' => 0.86,
            >= 'A' and <= 'Z' => 0.68,
            > 0x2e80 => 1.1,
            _ => 0.57,
        });

    public static double WidthOfCode(string text, double size) => size * 0.602 * text.EnumerateRunes().Count();

    // FNV-1a: the same on every machine and in every version, unlike string.GetHashCode.
    static uint Hash(string text) => Encoding.UTF8.GetBytes(text).Aggregate(2166136261u, (hash, next) => (hash ^ next) * 16777619u);

    public const string LightRules = """
        .paper{fill:#ffffff;stroke:#d8dee4}
        .time{stroke:#3d4653;stroke-width:1.7;fill:none}
        .head{fill:#3d4653}
        .faint{stroke:#3d4653;stroke-width:1.2;stroke-dasharray:2 3;fill:none;opacity:.55}
        .guide{stroke:#8b96a5;stroke-width:1;stroke-dasharray:1 4;opacity:.6}
        .tick{stroke:#a4aebb;stroke-width:1}
        .box{fill:#f3f6fa;stroke:#7d8ba0;stroke-width:1.4}
        .bar{fill:#2f6fd0;opacity:.42}
        .edge{stroke:#2f6fd0;stroke-width:1.8;fill:none}
        .watch{fill:#7a4fc0;opacity:.38}
        .rim{stroke:#7a4fc0;stroke-width:1.8;fill:none}
        .fail{stroke:#c8352b;stroke-width:2.6;fill:none;stroke-linecap:round}
        .why{fill:#b3261e}
        .name{fill:#1f2733}
        .note{fill:#68748a}
        .code{fill:#1f2733}
        .on{fill:#141a22}
        .marble{stroke-width:1.5}
        .stream{fill:#ffffff;stroke:#3d4653;stroke-width:1.5}
        """;

    public const string DarkRules = """
        .paper{fill:#0f141b;stroke:#2b3440}
        .time{stroke:#c3ccd8}
        .head{fill:#c3ccd8}
        .faint{stroke:#c3ccd8}
        .guide{stroke:#6f7c8d}
        .tick{stroke:#5a6675}
        .box{fill:#1a222d;stroke:#77869b}
        .bar{fill:#6ea8fe}
        .edge{stroke:#6ea8fe}
        .watch{fill:#b794f6}
        .rim{stroke:#b794f6}
        .fail{stroke:#ff7b72}
        .why{fill:#ff9d96}
        .name{fill:#e6ebf2}
        .note{fill:#93a0b4}
        .code{fill:#e6ebf2}
        .on{fill:#f4f7fb}
        .stream{fill:#0f141b;stroke:#c3ccd8}
        """;

    public const string Fonts = """
        text{font-family:Inter,'Segoe UI','Helvetica Neue',Arial,'DejaVu Sans',sans-serif;dominant-baseline:central}
        .name{font-size:13px;text-anchor:end;font-weight:600}
        .note{font-size:10px}
        .note.end,.why.end{text-anchor:end}
        .note.mid{text-anchor:middle}
        .why{font-size:11px}
        .on{font-size:12px;text-anchor:middle;font-weight:600}
        .on.small{font-size:10px}
        .code{font-size:13px;font-family:ui-monospace,'Cascadia Code',Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}
        .ghost{opacity:.35}
        """;
}
