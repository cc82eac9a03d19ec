namespace Samsa.Cli.Terminal;

/// <summary>A row of numbers as a row of small bars.</summary>
static class Sparkline
{
    const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>The last <paramref name="width"/> values, between their least and their greatest; fewer are set to the right.</summary>
    public static string Of(IReadOnlyList<double> values, int width)
    {
        var count = Math.Min(width, values.Count);
        if (count is 0) return new string(' ', width);
        var shown = values.Skip(values.Count - count).ToArray();
        var (least, most) = (shown.Min(), shown.Max());
        // What hardly moves is drawn flat: noise in the last digit is not news.
        var flat = most - least <= 1e-3 * Math.Max(Math.Abs(most), 1e-9);
        return string.Create(width, (shown, least, most, flat), static (row, state) =>
        {
            row.Fill(' ');
            var first = row.Length - state.shown.Length;
            for (var i = 0; i < state.shown.Length; i++)
                row[first + i] = state.flat ? Bars[0] : Bars[(int)((state.shown[i] - state.least) / (state.most - state.least) * (Bars.Length - 1) + 0.5)];
        });
    }
}
