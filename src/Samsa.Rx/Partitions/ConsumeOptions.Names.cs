namespace Samsa.Rx;

/// <content>The names that Java's clients and librdkafka give these options.</content>
public sealed partial record ConsumeOptions
{
    static readonly Dictionary<string, Isolation> Isolations = new(StringComparer.OrdinalIgnoreCase)
    {
        ["read_uncommitted"] = Isolation.ReadUncommitted,
        ["read_committed"] = Isolation.ReadCommitted,
    };

    // For a reader without committed offsets this says where it begins, too.
    static readonly Dictionary<string, Func<ConsumeOptions, ConsumeOptions>> Resets = new(StringComparer.OrdinalIgnoreCase)
    {
        ["earliest"] = FromBeginning,
        ["smallest"] = FromBeginning,
        ["beginning"] = FromBeginning,
        ["latest"] = FromEnd,
        ["largest"] = FromEnd,
        ["end"] = FromEnd,
        ["none"] = options => options with { OnOutOfRange = ResetPolicy.Fail },
        ["error"] = options => options with { OnOutOfRange = ResetPolicy.Fail },
    };

    static readonly Dictionary<string, Func<ConsumeOptions, string, ConsumeOptions>> Names = new(StringComparer.Ordinal)
    {
        ["fetch.min.bytes"] = (options, value) => options with { MinBytes = Setting.Integer(value) },
        ["fetch.max.wait.ms"] = (options, value) => options with { MaxWait = Setting.Milliseconds(value) },
        ["fetch.wait.max.ms"] = (options, value) => options with { MaxWait = Setting.Milliseconds(value) },
        ["fetch.max.bytes"] = (options, value) => options with { FetchBytes = Setting.Integer(value) },
        ["max.partition.fetch.bytes"] = (options, value) => options with { PartitionBytes = Setting.Integer(value) },
        ["fetch.message.max.bytes"] = (options, value) => options with { PartitionBytes = Setting.Integer(value) },
        ["queued.max.messages.kbytes"] = (options, value) => options with { BufferedBytes = 1024L * Setting.Integer(value) },
        ["client.rack"] = (options, value) => options with { Rack = value.Length > 0 ? value : null },
        ["isolation.level"] = (options, value) => options with { Isolation = Setting.Word(value, Isolations) },
        ["auto.offset.reset"] = (options, value) => Setting.Word(value, Resets)(options),
        ["check.crcs"] = (options, value) => Setting.Boolean(value) ? options : throw new FormatException("checksums are always checked."),
    };

    /// <summary>The names that <see cref="With"/> knows.</summary>
    internal static IReadOnlyCollection<string> SettingNames => Names.Keys;

    /// <summary>These options with one of them set as a configuration file spells it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    /// <returns>The options, or null if the name belongs to somebody else.</returns>
    /// <exception cref="FormatException">The value cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    internal ConsumeOptions? With(string name, string value) => Names.TryGetValue(name, out var set) ? set(this, value) : null;

    static ConsumeOptions FromBeginning(ConsumeOptions options) => options with { Start = StartFrom.Beginning, OnOutOfRange = ResetPolicy.Earliest };

    static ConsumeOptions FromEnd(ConsumeOptions options) => options with { Start = StartFrom.End, OnOutOfRange = ResetPolicy.Latest };
}
