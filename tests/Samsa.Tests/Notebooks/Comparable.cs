using System.Text;
using System.Text.RegularExpressions;

namespace Samsa.Tests.Notebooks;

/// <summary>What is the same whenever and wherever a notebook runs: without times, ports and ids, and with pictures as the text that they are.</summary>
static class Comparable
{
    static readonly Regex Picture = new(@"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)");

    public static CellOutput Of(CellOutput output) => output with { Text = Settled(Picture.Replace(output.Text, Drawn)) };

    /// <summary>The pictures in an output, as SVG.</summary>
    public static IEnumerable<string> PicturesIn(string text) => Picture.Matches(text).Select(Drawn);

    static string Drawn(Match picture) => Encoding.UTF8.GetString(Convert.FromBase64String(picture.Groups[1].Value));

    static string Settled(string text)
    {
        text = Regex.Replace(text, @"\+\d+\.\d\d s\b", "+TIME s");
        text = Regex.Replace(text, @"\b127\.0\.0\.1:\d+\b", "127.0.0.1:PORT");
        return Regex.Replace(text, @"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "ID");
    }
}
