using System.Globalization;
using Samsa.Protocol.Records;

namespace Samsa.Embedded.Answers;

/// <summary>
/// The settings of a topic by their Kafka names. Those that mean something here take effect; the others Kafka has are
/// accepted, kept and told.
/// </summary>
static class TopicConfigs
{
    /// <summary>Reads settings; what is wrong with them otherwise.</summary>
    public static string? Read(IEnumerable<(string Name, string? Value)> configs, KafkaProfile profile, out TopicSettings settings)
    {
        settings = new TopicSettings();
        var given = new Dictionary<string, string>();
        foreach (var (name, value) in configs)
        {
            if (value is null) return $"Null value not supported for topic config: {name}.";
            if (TopicConfig.Find(name, profile) is null) return $"{name} is no setting of a topic.";
            if (With(settings, name, value) is not { } changed) return $"{name} cannot be {value}.";
            settings = changed;
            given[name] = value;
        }

        settings = settings with { Given = given };
        return null;
    }

    /// <summary>What was set for a topic under a name, as text; null when nothing was.</summary>
    public static string? Set(TopicSettings settings, string name) => settings.Given.TryGetValue(name, out var given) ? given : name switch
    {
        "retention.bytes" => Text(settings.RetentionBytes),
        "max.message.bytes" => Text(settings.MaxMessageBytes),
        "min.insync.replicas" when settings.MinInSyncReplicas > 1 => Text(settings.MinInSyncReplicas),
        "message.timestamp.after.max.ms" => Text((long?)settings.MaxTimestampAhead?.TotalMilliseconds),
        "message.timestamp.type" => settings.TimestampType is { } type ? Text(type) : null,
        "cleanup.policy" when settings.NeedsKeys => "compact",
        _ => null,
    };

    /// <summary>What holds for all topics for which nothing else is set.</summary>
    public static string Default(TopicConfig config, EmbeddedKafkaOptions options) => config.Name switch
    {
        "retention.bytes" => Text(options.RetentionBytes)!,
        "max.message.bytes" => Text(options.MaxMessageBytes)!,
        "message.timestamp.type" => Text(options.TimestampType),
        _ => config.Default,
    };

    static TopicSettings? With(TopicSettings settings, string name, string value) => name switch
    {
        "retention.bytes" when Number(value) is -1 => settings,
        "retention.bytes" => Number(value) is >= 1 and var bytes ? settings with { RetentionBytes = bytes } : null,
        "max.message.bytes" => Number(value) is >= 0 and <= int.MaxValue and var bytes ? settings with { MaxMessageBytes = (int)bytes } : null,
        "min.insync.replicas" => Number(value) is >= 1 and <= int.MaxValue and var count ? settings with { MinInSyncReplicas = (int)count } : null,
        "message.timestamp.after.max.ms" => Number(value) is >= 0 and var ms
            ? settings with { MaxTimestampAhead = TimeSpan.FromMilliseconds(Math.Min(ms, (long)TimeSpan.MaxValue.TotalMilliseconds - 1)) } : null,
        "message.timestamp.type" => value switch
        {
            "CreateTime" => settings with { TimestampType = TimestampType.Create },
            "LogAppendTime" => settings with { TimestampType = TimestampType.LogAppend },
            _ => null,
        },
        "cleanup.policy" => value.Split(',').All(one => one.Trim() is "delete" or "compact")
            ? settings with { NeedsKeys = value.Contains("compact", StringComparison.Ordinal) } : null,
        _ => settings,
    };

    static string Text(TimestampType type) => type == TimestampType.LogAppend ? "LogAppendTime" : "CreateTime";

    static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    static long? Number(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
