namespace Samsa.Rx;

/// <summary>Creates, deletes and lists topics.</summary>
/// <remarks>The first two are done by the controller, which may move; and each try may have worked although its answer got lost.</remarks>
sealed class TopicAdmin(BrokerConnections connections, ClusterWatch watch, KafkaOptions options, KafkaEvents events)
{
    // From these versions on -1 means "as the brokers are set up to" (KIP-464).
    const short DefaultsSince = 4;

    readonly MetadataQuestion question = new(connections);

    public async Task CreateAsync(
        string name, int partitions, short replication, IReadOnlyDictionary<string, string>? configs, CancellationToken ct)
    {
        TopicName.Checked(name);
        if (partitions is 0 or < -1) throw new ArgumentOutOfRangeException(nameof(partitions), partitions, "A topic has at least one partition; -1 leaves it to the brokers.");
        if (replication is 0 or < -1) throw new ArgumentOutOfRangeException(nameof(replication), replication, "A topic has at least one replica; -1 leaves it to the brokers.");

        await default(OffContext);
        await WithinAsync($"Creating topic {name}", async limit =>
        {
            await AskControllerAsync("CreateTopics", name, ErrorCode.TopicAlreadyExists, connection => AskToCreateAsync(connection, name, partitions, replication, configs, limit), limit);
            await UntilAsync(name, topic => topic is { ErrorCode: ErrorCode.None, Partitions.Count: > 0 } && topic.Partitions.All(partition => partition.LeaderId >= 0), limit);
        }, ct);
    }

    public async Task DeleteAsync(string name, CancellationToken ct)
    {
        TopicName.Checked(name);
        await default(OffContext);
        await WithinAsync($"Deleting topic {name}", async limit =>
        {
            // By its id where there is one: then a topic that somebody else creates under the name meanwhile stays.
            var id = (await LookAsync(name, limit))?.TopicId ?? default;
            await AskControllerAsync("DeleteTopics", name, ErrorCode.UnknownTopicOrPartition, connection => AskToDeleteAsync(connection, name, id, limit), limit);
            await UntilAsync(name, topic => topic is null || topic.ErrorCode == ErrorCode.UnknownTopicOrPartition || id != default && topic.TopicId != id, limit);
        }, ct);
    }

    public async Task<IReadOnlyList<TopicView>> ListAsync(CancellationToken ct)
    {
        await default(OffContext);
        var (answer, _) = await question.AskAsync(null, create: false, ct);
        var brokers = ViewReading.Brokers(answer);
        return [.. ViewReading.Topics(answer).Values.OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(topic => ViewReading.Topic(topic, null, brokers))];
    }

    async Task<(ErrorCode Error, string? Detail)> AskToCreateAsync(
        BrokerConnection connection, string name, int partitions, short replication, IReadOnlyDictionary<string, string>? configs, CancellationToken ct)
    {
        var knowsDefaults = VersionOf(connection, CreateTopics.Api) >= DefaultsSince;
        var answer = await connection.AskAsync(new CreateTopics.Request
        {
            TimeoutMs = Milliseconds(options.RequestTimeout / 2),
            Topics =
            [
                new()
                {
                    Name = name,
                    NumPartitions = partitions == -1 && !knowsDefaults ? 1 : partitions,
                    ReplicationFactor = replication == -1 && !knowsDefaults ? (short)1 : replication,
                    Configs = [.. (configs ?? new Dictionary<string, string>()).Select(config =>
                        new CreateTopics.Request.CreatableTopicConfig { Name = config.Key, Value = config.Value })],
                },
            ],
        }, ct: ct);
        var result = answer.Topics.FirstOrDefault(topic => topic.Name == name);
        return result is null ? (ErrorCode.UnknownServerError, "its answer does not name the topic") : (result.ErrorCode, result.ErrorMessage);
    }

    async Task<(ErrorCode Error, string? Detail)> AskToDeleteAsync(BrokerConnection connection, string name, Guid id, CancellationToken ct)
    {
        VersionOf(connection, DeleteTopics.Api);
        var answer = await connection.AskAsync(new DeleteTopics.Request
        {
            TimeoutMs = Milliseconds(options.RequestTimeout / 2),
            TopicNames = [name],
            Topics = [id == default ? new() { Name = name } : new() { TopicId = id }],
        }, ct: ct);
        var result = answer.Responses.FirstOrDefault(topic => topic.Name == name || id != default && topic.TopicId == id);
        if (result is null) return (ErrorCode.UnknownServerError, "its answer does not name the topic");
        return (result.ErrorCode == ErrorCode.UnknownTopicId ? ErrorCode.UnknownTopicOrPartition : result.ErrorCode, result.ErrorMessage);
    }

    /// <summary>
    /// Asks the controller until it says yes or no. A try whose answer got lost may have worked, and then the next one is told that
    /// all is done already: that is a yes.
    /// </summary>
    async Task AskControllerAsync(
        string api, string name, ErrorCode alreadyDone, Func<BrokerConnection, Task<(ErrorCode Error, string? Detail)>> ask, CancellationToken ct)
    {
        var mayBeDone = false;
        Exception? last = null;
        for (var failures = 1; ; failures++)
        {
            Exception trouble;
            try
            {
                var connection = await ControllerAsync(ct);
                var (error, detail) = await ask(connection);
                if (error == ErrorCode.None || error == alreadyDone && mayBeDone) return;
                trouble = new BrokerException(error, $"{api} {name} at broker {connection.Broker}", detail);
                // 41 says that nothing was done. After a timeout the controller goes on with it.
                if (error == ErrorCode.RequestTimedOut) mayBeDone = true;
                // "Unknown" is for others a reason to look again; here it is the answer.
                else if (!error.CanRetry || error == alreadyDone) throw trouble;
            }
            catch (ConnectionException error)
            {
                mayBeDone |= error.MayHaveBeenSent;
                trouble = error;
            }
            catch (OperationCanceledException error) when (last is not null)
            {
                throw new OperationCanceledException(error.Message, last, ct);
            }
            last = trouble;
            events.Post(new RequestRetried(events.Now, api, name, trouble));
            await AgainAsync(trouble, failures, $"{api} {name} needs the controller", ct);
        }
    }

    /// <summary>Waits for the next try. When time runs out meanwhile, what was wrong last is told.</summary>
    async Task AgainAsync(Exception trouble, int failures, string why, CancellationToken ct)
    {
        try
        {
            await Task.Delay(options.Retry.After(failures), options.Clock, ct);
            await watch.RefreshAsync(why, ct);
        }
        catch (OperationCanceledException error)
        {
            throw new OperationCanceledException(error.Message, trouble, ct);
        }
    }

    // Brokers before 0.10 do not say who the controller is; what they say to the request itself is clear enough.
    async Task<BrokerConnection> ControllerAsync(CancellationToken ct) =>
        watch.Current.ControllerId is >= 0 and var controller
            ? await connections.GetAsync(controller, ConnectionUse.General, ct)
            : await connections.GetAnyAsync(ct);

    async Task UntilAsync(string name, Func<Metadata.Response.MetadataResponseTopic?, bool> done, CancellationToken ct)
    {
        for (var looks = 1; ; looks++)
        {
            try
            {
                if (done(await LookAsync(name, ct))) return;
            }
            catch (ConnectionException error)
            {
                events.Post(new RequestRetried(events.Now, "Metadata", name, error));
            }
            await Task.Delay(options.Retry.After(looks), options.Clock, ct);
        }
    }

    async Task<Metadata.Response.MetadataResponseTopic?> LookAsync(string name, CancellationToken ct)
    {
        var (answer, _) = await question.AskAsync([name], create: false, ct);
        return ViewReading.Topics(answer).GetValueOrDefault(name);
    }

    async Task WithinAsync(string what, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(options.AdminTimeout, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            await work(both.Token);
        }
        catch (OperationCanceledException error) when (patience.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            var last = error.InnerException is KafkaException trouble ? $" The last try: {trouble.Message}" : "";
            throw new TimeoutException($"{what} was not done within {options.AdminTimeout}.{last}", error);
        }
    }

    static short VersionOf(BrokerConnection connection, ApiDescription api) =>
        connection.Apis.Highest(api) is >= 0 and var version
            ? version
            : throw new UnsupportedApiException(api.Name, connection.Broker,
                "Brokers before 0.10.1 have no such request: they create a topic when it is first published to, if they are set up to, and delete by Kafka's own tools.");

    static int Milliseconds(TimeSpan span) => (int)Math.Min(span.TotalMilliseconds, int.MaxValue);
}
