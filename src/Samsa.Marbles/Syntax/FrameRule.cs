using System.Globalization;
using System.Text.RegularExpressions;

namespace Samsa.Marbles.Syntax;

/// <summary>How the characters of a line are counted in time.</summary>
/// <param name="Length">How long one frame is.</param>
/// <param name="IsRun">Whether blanks are only to look at and durations may stand among the marbles.</param>
sealed partial record FrameRule(TimeSpan Length, bool IsRun)
{
    public const string Durations = "a duration such as 10ms, 1.5s or 2m";

    /// <summary>Reads a blank or a duration, where they are allowed.</summary>
    public bool TrySkip(string text, int index, Place place, out int characters, out int frames)
    {
        (characters, frames) = (1, 0);
        if (!IsRun) return false;
        if (char.IsWhiteSpace(text[index])) return true;
        if (index > 0 && !char.IsWhiteSpace(text[index - 1])) return false;

        var match = Duration().Match(text, index);
        if (!match.Success) return false;
        characters = match.Length;
        frames = InFrames(ToTime(match), place.At(index), match.Value);
        return true;
    }

    /// <summary>Reads the length of a frame.</summary>
    public static TimeSpan ReadTime(string text, Place place)
    {
        var match = Duration().Match(text, 0);
        if (!match.Success || match.Length != text.Length || ToTime(match) <= TimeSpan.Zero) throw place.Expected(Durations, $"'{text}'");
        return ToTime(match);
    }

    int InFrames(TimeSpan time, Place place, string text) =>
        time.Ticks % Length.Ticks == 0 && time.Ticks / Length.Ticks < 1_000_000
            ? (int)(time.Ticks / Length.Ticks)
            : throw place.Expected(Whole, $"'{text}'");

    string Whole => string.Create(CultureInfo.InvariantCulture, $"a whole number of frames of {Length.TotalMilliseconds}ms, less than a million of them");

    static TimeSpan ToTime(Match match)
    {
        var number = decimal.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
        var unit = match.Groups["unit"].Value switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            _ => TimeSpan.TicksPerMinute,
        };
        return TimeSpan.FromTicks((long)(number * unit));
    }

    [GeneratedRegex(@"\G(?<number>\d{1,9}(\.\d{1,4})?)(?<unit>ms|s|m)(?=\s|$)")]
    private static partial Regex Duration();
}
