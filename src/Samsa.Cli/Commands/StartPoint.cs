using System.Globalization;
using Samsa.Rx;

namespace Samsa.Cli.Commands;

/// <summary>What <c>--from</c> can say.</summary>
static class StartPoint
{
    /// <exception cref="FormatException">It is not a place to start from; the message says what is.</exception>
    public static StartFrom Parse(string text)
    {
        var (word, rest) = text.IndexOf(':') is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, null);
        return (word, rest) switch
        {
            ("beginning", null) => StartFrom.Beginning,
            ("end", null) => StartFrom.End,
            ("last", { } count) => StartFrom.Last(Number(count)),
            ("offset", { } offset) => StartFrom.Offset(Number(offset)),
            ("time", { } time) => StartFrom.Time(Moment(time)),
            _ => throw new FormatException("it can be beginning, end, last:N, offset:N or time:2026-11-21T10:00:00Z"),
        };
    }

    static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < long.MaxValue
            ? number
            : throw new FormatException($"\"{text}\" is not a whole number from 0");

    // Without a zone it is UTC, so that a script means the same everywhere.
    static DateTimeOffset Moment(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= 253402300799999)
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw new FormatException($"\"{text}\" is neither a time such as 2026-11-21T10:00:00Z nor milliseconds since 1970");
    }
}
