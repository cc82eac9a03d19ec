namespace Samsa.Rx;

/// <content>Settings by the names that Kafka's own clients and librdkafka give them.</content>
public sealed partial record TlsOptions
{
    static readonly Dictionary<string, Func<TlsOptions, string, TlsOptions>> Own = new(StringComparer.Ordinal)
    {
        ["ssl.ca.location"] = (options, value) => options with { AuthoritiesFile = value },
        ["ssl.certificate.location"] = (options, value) => options with { CertificateFile = value },
        ["ssl.key.location"] = (options, value) => options with { KeyFile = value },
        ["ssl.key.password"] = (options, value) => options with { KeyPassword = value },
        ["enable.ssl.certificate.verification"] = (options, value) => Setting.Boolean(value)
            ? options
            : throw new FormatException("it can only be true. Give the certificate of the brokers' authority with ssl.ca.location instead."),
        ["ssl.endpoint.identification.algorithm"] = (options, value) => value is "https"
            ? options
            : throw new FormatException("it can only be https: a broker's certificate must name the host it is reached at."),
    };

    /// <summary>The names that <see cref="With"/> knows.</summary>
    internal static IReadOnlyCollection<string> SettingNames => Own.Keys;

    /// <summary>These options with one setting changed.</summary>
    /// <param name="name">The name that the Java client or librdkafka gives it.</param>
    /// <param name="value">The value as text.</param>
    /// <returns>The changed options; <c>null</c> when the name is none of the settings of TLS.</returns>
    /// <exception cref="FormatException">The value cannot be.</exception>
    internal TlsOptions? With(string name, string value) => Own.TryGetValue(name, out var set) ? set(this, value) : null;
}
