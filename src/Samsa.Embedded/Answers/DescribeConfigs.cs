using System.Globalization;
using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>
/// Tells what is set for topics, and of a broker what it has of the settings a Kafka broker has. Nothing is told of what
/// the settings are for.
/// </summary>
static class DescribeConfigsAnswer
{
    const sbyte OfTopic = 2;
    const sbyte OfBroker = 4;

    // Where a value comes from, by the numbers of Kafka's ConfigSource.
    const sbyte SetForTopic = 1;
    const sbyte SetForBroker = 4;
    const sbyte NotSet = 5;

    public static IMessage To(Asked asked, DescribeConfigs.Request request) => new DescribeConfigs.Response
    {
        Results = [.. request.Resources.Select(one => Describe(asked, one, request.IncludeSynonyms))],
    };

    static DescribeConfigs.Response.DescribeConfigsResult Describe(
        Asked asked, DescribeConfigs.Request.DescribeConfigsResource wanted, bool synonyms) => wanted.ResourceType switch
        {
            OfTopic => Topic(asked, wanted, synonyms),
            OfBroker when wanted.ResourceName.Length > 0 && wanted.ResourceName != Id(asked) => Failed(wanted, ErrorCode.InvalidRequest,
                $"This is broker {Id(asked)}, not {wanted.ResourceName}."),
            // Without a number those settings are meant that hold for all brokers and can be changed: there are none.
            OfBroker => Told(wanted, wanted.ResourceName.Length == 0 ? [] : Broker(asked), synonyms),
            _ => Failed(wanted, ErrorCode.InvalidRequest, $"There are no settings for resources of type {wanted.ResourceType}."),
        };

    static DescribeConfigs.Response.DescribeConfigsResult Topic(
        Asked asked, DescribeConfigs.Request.DescribeConfigsResource wanted, bool synonyms)
    {
        if (!TopicNames.IsLegal(wanted.ResourceName))
            return Failed(wanted, ErrorCode.InvalidTopic, $"'{wanted.ResourceName}' is no name for a topic.");
        var topic = asked.Cluster.Find(wanted.ResourceName);
        if (topic is null && !asked.Generation.DescribesMissingTopics)
            return Failed(wanted, ErrorCode.UnknownTopicOrPartition, $"There is no topic {wanted.ResourceName}.");
        var settings = topic?.Settings ?? new TopicSettings();
        return Told(wanted, TopicConfig.Of(asked.Options.Profile).Select(config => Topic(config, settings, asked.Options)), synonyms);
    }

    static DescribeConfigs.Response.DescribeConfigsResourceResult Topic(TopicConfig config, TopicSettings settings, EmbeddedKafkaOptions options)
    {
        var common = TopicConfigs.Default(config, options);
        var told = Value(config.Name, config.Type, common, config.Default, config.OfBroker);
        if (TopicConfigs.Set(settings, config.Name) is not { } set) return told;
        return told with
        {
            Value = set,
            IsDefault = false,
            ConfigSource = SetForTopic,
            Synonyms = [new() { Name = config.Name, Value = set, Source = SetForTopic }, .. told.Synonyms],
        };
    }

    static IEnumerable<DescribeConfigs.Response.DescribeConfigsResourceResult> Broker(Asked asked)
    {
        var options = asked.Options;
        yield return Fixed("advertised.listeners", ConfigType.Text, $"PLAINTEXT://{asked.Broker.Host}:{asked.Broker.Port}", "");
        yield return Fixed("auto.create.topics.enable", ConfigType.Bool, options.AutoCreateTopics ? "true" : "false", "true");
        yield return Fixed("broker.id", ConfigType.Int, Id(asked), "-1");
        yield return Fixed("default.replication.factor", ConfigType.Int, Text(Math.Min(options.DefaultReplication, asked.Cluster.Alive.Count)), "1");
        yield return Fixed("num.partitions", ConfigType.Int, Text(options.DefaultPartitions), "1");
        yield return Fixed("socket.request.max.bytes", ConfigType.Int, Text(options.MaxRequestBytes), "104857600");
        // What holds for topics is told under the name it has on brokers.
        foreach (var config in TopicConfig.Of(options.Profile))
            if (config.OfBroker is { } name)
                yield return Fixed(name, config.Type, TopicConfigs.Default(config, options), config.Default);
    }

    static DescribeConfigs.Response.DescribeConfigsResourceResult Fixed(string name, ConfigType type, string value, string normally) =>
        Value(name, type, value, normally, name) with { ReadOnly = true };

    static DescribeConfigs.Response.DescribeConfigsResourceResult Value(
        string name, ConfigType type, string value, string normally, string? broker)
    {
        var source = value == normally ? NotSet : SetForBroker;
        return new()
        {
            Name = name,
            Value = value,
            IsDefault = source == NotSet,
            ConfigSource = source,
            Synonyms = broker is null ? [] : [new() { Name = broker, Value = value, Source = source }],
            ConfigType = (sbyte)type,
        };
    }

    // No names, and an empty list of names, mean all.
    static DescribeConfigs.Response.DescribeConfigsResult Told(
        DescribeConfigs.Request.DescribeConfigsResource wanted,
        IEnumerable<DescribeConfigs.Response.DescribeConfigsResourceResult> configs, bool synonyms) => new()
        {
            ResourceType = wanted.ResourceType,
            ResourceName = wanted.ResourceName,
            Configs = [.. configs
                .Where(one => wanted.ConfigurationKeys is not { Count: > 0 } keys || keys.Contains(one.Name))
                .Select(one => synonyms ? one : one with { Synonyms = [] })],
        };

    static DescribeConfigs.Response.DescribeConfigsResult Failed(
        DescribeConfigs.Request.DescribeConfigsResource wanted, ErrorCode error, string message) => new()
        {
            ErrorCode = error,
            ErrorMessage = message,
            ResourceType = wanted.ResourceType,
            ResourceName = wanted.ResourceName,
        };

    static string Id(Asked asked) => Text(asked.Broker.Id);

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
