using System.Buffers.Text;

namespace Samsa.Scenarios.Soak;

/// <summary>What a record of the soak says about itself: who wrote it, and the how manyth of that writer it is.</summary>
/// <remarks>
/// The value of a record is <c>writer:number:filling</c>. The filling follows from the number, so that bytes that were
/// overwritten while they waited to be sent are found as well.
/// </remarks>
readonly record struct Mark(int Writer, int Number)
{
    /// <summary>A record that none of the writers wrote, or one that was damaged.</summary>
    public static Mark Foreign { get; } = new(-1, -1);

    /// <summary>A place that a reader never came to.</summary>
    public static Mark Missing { get; } = new(-2, -1);

    public string Value => $"{Writer}:{Number}:{new string(Letter(Number), Length(Number))}";

    public static Mark Of(ReadOnlySpan<byte> value)
    {
        if (!Utf8Parser.TryParse(value, out int writer, out var used) || used >= value.Length || value[used] != ':') return Foreign;
        value = value[(used + 1)..];
        if (!Utf8Parser.TryParse(value, out int number, out used) || used >= value.Length || value[used] != ':') return Foreign;
        value = value[(used + 1)..];
        return number >= 0 && value.Length == Length(number) && !value.ContainsAnyExcept((byte)Letter(number)) ? new(writer, number) : Foreign;
    }

    public static Mark Of(string value) => Of(Encoding.UTF8.GetBytes(value));

    public override string ToString() =>
        this == Foreign ? "a record nobody wrote" : this == Missing ? "nothing" : $"record {Number} of writer {Writer}";

    static char Letter(int number) => (char)('a' + number % 26);

    static int Length(int number) => number * 31 % 180;
}
