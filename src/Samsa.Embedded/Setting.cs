using System.Globalization;

namespace Samsa.Embedded;

/// <summary>How a setting that is out of range is refused.</summary>
static class Setting
{
    public static ArgumentOutOfRangeException NotFrom(string name, long value, long least) => new(
        name, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it can be {least} or more."));

    public static ArgumentOutOfRangeException NotBetween(string name, long value, long least, long most) => new(
        name, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it can be from {least} to {most}."));
}
