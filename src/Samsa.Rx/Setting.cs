using System.Globalization;

namespace Samsa.Rx;

/// <summary>Reads the values of settings that are written as text.</summary>
static class Setting
{
    /// <summary>A number of milliseconds.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static TimeSpan Milliseconds(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= int.MaxValue * 1000L
            ? TimeSpan.FromMilliseconds(number)
            : throw new FormatException("it is a whole number of milliseconds.");

    /// <summary>A whole number.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static int Integer(string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("it is a whole number of at most 2147483647.");

    /// <summary>A whole number that may be large.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static long Long(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("it is a whole number.");

    /// <summary>true or false.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static bool Boolean(string value) =>
        bool.TryParse(value, out var answer) ? answer : throw new FormatException("it is true or false.");

    /// <summary>One of some words.</summary>
    /// <exception cref="FormatException">It is none of them.</exception>
    public static T Word<T>(string value, IReadOnlyDictionary<string, T> words) =>
        words.TryGetValue(value, out var meaning) ? meaning : throw new FormatException($"it is one of {string.Join(", ", words.Keys)}.");

    /// <summary>The name that was probably meant; null when none is near.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        var near = known.OrderBy(other => Distance(name, other)).FirstOrDefault();
        return near is not null && (Distance(name, near) <= Math.Max(2, name.Length / 3) || name.Length > 0 && near.StartsWith(name + ".", StringComparison.Ordinal)) ? near : null;
    }

    // How many letters must be put in, taken out or changed (Levenshtein). Names are short; a long one is not compared to its end.
    static int Distance(string a, string b)
    {
        a = a.Length > 100 ? a[..100] : a;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
                corner = row[j];
                row[j] = Math.Min(change, Math.Min(row[j - 1], row[j]) + 1);
            }
        }
        return row[^1];
    }
}
