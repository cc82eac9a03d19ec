namespace Samsa.Rx;

/// <summary>Where a broker listens.</summary>
readonly record struct BrokerAddress(string Host, int Port)
{
    /// <summary>Kafka's own port, when none is given.</summary>
    public const int DefaultPort = 9092;

    /// <summary>Whether a connection could be tried at all. Brokers' answers are not believed blindly.</summary>
    public bool IsPlausible =>
        Port is > 0 and <= 65535 && Host.Length is > 0 and <= 255
        && !Host.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or '\\' or '@' or ',' or '"');

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
