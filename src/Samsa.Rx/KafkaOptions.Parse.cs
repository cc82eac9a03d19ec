namespace Samsa.Rx;

/// <content>Settings by the names that Kafka's own clients and librdkafka give them.</content>
public sealed partial record KafkaOptions
{
    const string SecurityProtocol = "security.protocol";
    const string ZooKeeperTlsEnabled = "zookeeper.ssl.client.enable";
    const string ZooKeeperPrefix = "zookeeper.";

    static readonly Dictionary<string, Func<KafkaOptions, string, KafkaOptions>> Own = new(StringComparer.Ordinal)
    {
        [SecurityProtocol] = (options, value) => options with { Tls = SpeaksTls(value) ? options.Tls ?? new() : null },
        ["client.id"] = (options, value) => options with { ClientId = value },
        ["socket.connection.setup.timeout.ms"] = (options, value) => options with { ConnectTimeout = Setting.Milliseconds(value) },
        ["socket.connection.setup.timeout.max.ms"] = (options, value) => options with { LongestConnectTimeout = Setting.Milliseconds(value) },
        ["api.version.request.timeout.ms"] = (options, value) => options with { NegotiationTimeout = Setting.Milliseconds(value) },
        ["request.timeout.ms"] = (options, value) => options with { RequestTimeout = Setting.Milliseconds(value) },
        ["socket.timeout.ms"] = (options, value) => options with { RequestTimeout = Setting.Milliseconds(value) },
        ["default.api.timeout.ms"] = (options, value) => options with { AdminTimeout = Setting.Milliseconds(value) },
        ["connections.max.idle.ms"] = (options, value) => options with { IdleTimeout = Setting.Milliseconds(value) },
        ["reconnect.backoff.ms"] = (options, value) => options with { Reconnect = options.Reconnect with { First = Setting.Milliseconds(value) } },
        ["reconnect.backoff.max.ms"] = (options, value) => options with { Reconnect = options.Reconnect with { Most = Setting.Milliseconds(value) } },
        ["retry.backoff.ms"] = (options, value) => options with { Retry = options.Retry with { First = Setting.Milliseconds(value) } },
        ["retry.backoff.max.ms"] = (options, value) => options with { Retry = options.Retry with { Most = Setting.Milliseconds(value) } },
        ["metadata.max.age.ms"] = (options, value) => options with { MetadataMaxAge = Setting.Milliseconds(value) },
        ["topic.metadata.refresh.interval.ms"] = (options, value) => options with { MetadataMaxAge = Setting.Milliseconds(value) },
        ["zookeeper.session.timeout.ms"] = (options, value) => options with { ZooKeeper = options.ZooKeeper with { SessionTimeout = Setting.Milliseconds(value) } },
        ["zookeeper.connection.timeout.ms"] = (options, value) => options with { ZooKeeper = options.ZooKeeper with { ConnectTimeout = Setting.Milliseconds(value) } },
        [ZooKeeperTlsEnabled] = (options, value) => options with { ZooKeeperTls = Setting.Boolean(value) ? options.ZooKeeperTls ?? new() : null },
        ["receive.message.max.bytes"] = (options, value) => options with { MaxFrameBytes = Setting.Integer(value) },
    };

    /// <summary>
    /// Reads settings by the names that Java's clients and librdkafka give them. A later one of the same name wins. What is not known
    /// is refused, so that a typing error is not a silent default.
    /// </summary>
    /// <remarks>
    /// A setting of TLS alone switches TLS on, unless <c>security.protocol</c> is <c>plaintext</c>: who gives certificates does not mean plain text. The same names behind
    /// <c>zookeeper.</c> are for ZooKeeper, and <c>zookeeper.ssl.client.enable</c> has the last word there.
    /// </remarks>
    /// <param name="settings">Names and values: <c>request.timeout.ms</c>, <c>30000</c>.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">A name is not known; the message says the nearest that is.</exception>
    /// <exception cref="FormatException">A value cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value cannot be: it is out of its range, or too long.</exception>
    public static KafkaOptions Parse(IEnumerable<KeyValuePair<string, string>> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        // Last, because it decides what the others were for.
        return settings.OrderBy(setting => setting.Key is SecurityProtocol or ZooKeeperTlsEnabled).Aggregate(new KafkaOptions(), (options, setting) => options.With(setting.Key, setting.Value));
    }

    KafkaOptions With(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        try
        {
            return WithKnown(name, value) ?? throw Unknown(name);
        }
        catch (FormatException error)
        {
            throw new FormatException($"{name} is \"{Foreign.Text(value)}\": {error.Message}", error);
        }
        catch (ArgumentException error) when (error.ParamName != nameof(name))
        {
            // Who wrote a file of settings knows them by these names, and not by those of the properties.
            throw new ArgumentOutOfRangeException(error.ParamName, $"{name} is \"{Foreign.Text(value)}\": {SentenceOf(error)}");
        }
    }

    // A name may mean something to several of those who have options: each takes it.
    KafkaOptions? WithKnown(string name, string value)
    {
        var changed = Own.TryGetValue(name, out var set) ? set(this, value) : null;
        if (Consume.With(name, value) is { } consume) changed = (changed ?? this) with { Consume = consume };
        if (Produce.With(name, value) is { } produce) changed = (changed ?? this) with { Produce = produce };
        if ((Tls ?? new()).With(name, value) is { } tls) changed = (changed ?? this) with { Tls = tls };
        if (name.StartsWith(ZooKeeperPrefix, StringComparison.Ordinal) && (ZooKeeperTls ?? new()).With(name[ZooKeeperPrefix.Length..], value) is { } secret)
            changed = (changed ?? this) with { ZooKeeperTls = secret };
        return changed;
    }

    static IEnumerable<string> KnownNames =>
        [.. Own.Keys, .. ConsumeOptions.SettingNames, .. SinkOptions.SettingNames, .. TlsOptions.SettingNames, .. TlsOptions.SettingNames.Select(name => ZooKeeperPrefix + name)];

    // Java writes these words in capitals, librdkafka does not.
    static bool SpeaksTls(string protocol) => protocol.ToLowerInvariant() switch
    {
        "plaintext" => false,
        "ssl" => true,
        "sasl_plaintext" or "sasl_ssl" => throw new FormatException("SASL is not supported yet; it can be plaintext or ssl."),
        _ => throw new FormatException("it can be plaintext or ssl."),
    };

    static string SentenceOf(ArgumentException error) =>
        error.Message.IndexOf(" (Parameter", StringComparison.Ordinal) is >= 0 and var end ? error.Message[..end] : error.Message;

    static ArgumentException Unknown(string name) => name is "bootstrap.servers" or "metadata.broker.list"
        ? new ArgumentException($"{name} is not among the options: it is the first argument of Kafka.ConnectAsync.", nameof(name))
        : new ArgumentException(
            Setting.Nearest(name, KnownNames) is { } near
                ? $"There is no setting {Foreign.Text(name)}. Did you mean {near}?"
                : $"There is no setting {Foreign.Text(name)}.",
            nameof(name));
}
