using System.Globalization;
using Samsa.Cli.Demo.Machine;

namespace Samsa.Cli.Terminal;

/// <summary>Numbers as people read them.</summary>
static class Amount
{
    static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>1,234,567</summary>
    public static string Whole(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>12.3 MiB</summary>
    public static string Bytes(double bytes)
    {
        var unit = 0;
        for (; bytes >= 1000 && unit < ByteUnits.Length - 1; unit++) bytes /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes.ToString(unit is 0 || bytes >= 100 ? "0" : "0.0", CultureInfo.InvariantCulture)} {ByteUnits[unit]}");
    }

    /// <summary>1.2 s, 3 min 20 s</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s");

    public static string Of(double value, Unit unit) => unit switch
    {
        Unit.Percent => string.Create(CultureInfo.InvariantCulture, $"{value:0.0} %"),
        Unit.Bytes => Bytes(value),
        Unit.BytesPerSecond => Bytes(value) + "/s",
        Unit.PerSecond => Whole(value) + "/s",
        _ => value < 100 && value != Math.Floor(value) ? value.ToString("0.00", CultureInfo.InvariantCulture) : Whole(value),
    };

    /// <summary>1 record, 2 records</summary>
    public static string Counted(long count, string noun) => count is 1 ? $"1 {noun}" : $"{Whole(count)} {noun}s";
}
