using System.Text;

namespace Samsa.Rx;

/// <summary>Text that came from somebody else: shown, but not believed.</summary>
static class Foreign
{
    const int Longest = 256;

    /// <summary>The text without control characters and not longer than a line, so that it cannot write lines of its own into a log.</summary>
    public static string Text(string? text)
    {
        if (text is null) return "";
        if (text.Length <= Longest && !text.Any(char.IsControl)) return text;

        var clean = new StringBuilder(Math.Min(text.Length, Longest) + 1);
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, Longest)))
            clean.Append(char.IsControl(c) ? '\uFFFD' : c);
        return text.Length > Longest ? clean.Append('…').ToString() : clean.ToString();
    }
}
