using System.Globalization;
using System.Runtime.CompilerServices;

namespace Samsa;

/// <summary>How options check themselves: a wrong value is refused with a sentence that names the option and what it can be.</summary>
static class Option
{
    /// <summary>The value, when it lies between the bounds, themselves included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not.</exception>
    public static T Between<T>(T least, T value, T most, [CallerMemberName] string name = "")
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, Sentence($"{name} is {value}; it can be from {least} to {most}."));

    /// <summary>The value, when it is not null.</summary>
    /// <exception cref="ArgumentNullException">It is.</exception>
    public static T Given<T>(T? value, [CallerMemberName] string name = "")
        where T : class =>
        value ?? throw new ArgumentNullException(name, $"{name} is null; leave it out to keep its default.");

    /// <summary>One of the names of the enumeration.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is a number without a name.</exception>
    public static T Known<T>(T value, [CallerMemberName] string name = "")
        where T : struct, Enum =>
        Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(name,
                Sentence($"{name} is {value}; it can be {string.Join(", ", Enum.GetNames<T>())}."));

    static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
