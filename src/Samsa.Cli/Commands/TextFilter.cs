using System.Text;
using System.Text.RegularExpressions;

namespace Samsa.Cli.Commands;

/// <summary>Whether the text of a key or value matches. Nothing is allocated for a record.</summary>
sealed class TextFilter(Regex pattern)
{
    /// <summary>How long one record may be looked at; a pattern can take for ever on an unlucky text.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    char[] text = new char[1024];

    public static TextFilter? From(Regex? pattern) => pattern is null ? null : new(pattern);

    /// <exception cref="RegexMatchTimeoutException">The pattern took too long.</exception>
    public bool Matches(ReadOnlySpan<byte> bytes)
    {
        if (text.Length < bytes.Length) text = new char[Math.Max(bytes.Length, text.Length * 2)];
        var length = Encoding.UTF8.GetChars(bytes, text);
        return pattern.IsMatch(text.AsSpan(0, length));
    }
}
