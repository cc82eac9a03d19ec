namespace Samsa.Cli.Demo.Machine;

/// <summary>What a measurement counts in.</summary>
enum Unit
{
    Count,
    Percent,
    Bytes,
    BytesPerSecond,
    PerSecond,
}

/// <summary>One value of one key.</summary>
readonly record struct Measurement(string Key, Unit Unit, double Value);

/// <summary>Something of this machine that can be measured many times a second.</summary>
interface IMeter
{
    /// <summary>Appends what it measures now.</summary>
    /// <param name="now">Seconds since some fixed moment; rates are made with it.</param>
    /// <param name="into">Where it is appended.</param>
    void Measure(double now, List<Measurement> into);
}
