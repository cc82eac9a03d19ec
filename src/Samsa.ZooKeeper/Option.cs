using System.Globalization;
using System.Runtime.CompilerServices;

namespace Samsa.ZooKeeper;

/// <summary>How options check themselves: a wrong value is refused with a sentence that names the option and what it can be.</summary>
static class Option
{
    /// <summary>The value, when it lies between the bounds, themselves included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not.</exception>
    public static T Between<T>(T least, T value, T most, [CallerMemberName] string name = "")
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(
                name, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it can be from {least} to {most}."));
}
