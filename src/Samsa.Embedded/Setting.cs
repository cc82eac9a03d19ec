using System.Globalization;
using System.Runtime.CompilerServices;

namespace Samsa.Embedded;

/// <summary>How a setting that is out of range is refused.</summary>
static class Setting
{
    public static T Given<T>(T? value, [CallerMemberName] string name = "")
        where T : class =>
        value ?? throw new ArgumentNullException(name, $"{name} is null; leave it out to keep its default.");

    public static T Known<T>(T value, [CallerMemberName] string name = "")
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(name, $"{name} is {value}; it can be {string.Join(", ", Enum.GetNames<T>())}.");

    public static ArgumentOutOfRangeException NotFrom(string name, long value, long least) => new(
        name, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it can be {least} or more."));

    public static ArgumentOutOfRangeException NotBetween(string name, long value, long least, long most) => new(
        name, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it can be from {least} to {most}."));
}
