using System.Collections.Immutable;
using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace Samsa.Rx;

/// <summary>
/// What changes in a cluster, as its brokers say when they are asked: for as long as somebody listens they are asked for all topics again and again, and at once
/// when a reading or a producer has found out that something is different.
/// </summary>
sealed class MetadataChanges : IClusterChangeSource
{
    readonly ClusterWatch watch;
    readonly MetadataQuestion question;
    readonly KafkaOptions options;
    readonly ILogger log;

    public MetadataChanges(ClusterWatch watch, BrokerConnections connections, KafkaOptions options, KafkaEvents events)
    {
        (this.watch, question, this.options, log) = (watch, new(connections), options, options.LogOf("Changes"));
        Changes = Observable.Create<ClusterState>(AskOn).ShareLatest()
            .AsChanges(options.Clock, error => events.Post(new ObserverFailed(events.Now, "Changes", error)));
    }

    public IObservable<ClusterChange> Changes { get; }

    IDisposable AskOn(IObserver<ClusterState> observer)
    {
        var stop = new CancellationTokenSource();
        _ = Task.Run(() => AskOnAsync(observer, stop.Token), CancellationToken.None);
        return Disposable.Create(stop, static stop => stop.Cancel());
    }

    async Task AskOnAsync(IObserver<ClusterState> observer, CancellationToken ct)
    {
        try
        {
            var doubt = new Signal();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
            // They end when the client is closed.
            using var views = watch.Views.Subscribe(_ => doubt.Set(), ended.Cancel);
            ClusterState? state = null;
            var (missing, failures) = (new MissingTopics(options.Clock), 0);
            while (true)
            {
                var next = await AskAsync(state, missing, ended.Token);
                failures = next is { IsLive: false } ? failures + 1 : 0;
                if (next is not null && next != state) observer.OnNext(state = next);
                await doubt.WaitAsync(failures > 0 ? options.Retry.After(failures) : options.ChangesInterval, options.Clock, ended.Token);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            observer.OnCompleted();
        }
        catch (Exception error)
        {
            observer.OnError(error);
        }
    }

    /// <returns>The next state; null as long as there is none.</returns>
    async Task<ClusterState?> AskAsync(ClusterState? before, MissingTopics missing, CancellationToken ct)
    {
        try
        {
            var (answer, _) = await question.AskAsync(null, create: false, ct);
            if (answer.ErrorCode != ErrorCode.None) throw new BrokerException(answer.ErrorCode, "Metadata");
            var view = Read(answer, before?.View ?? ClusterView.Empty, missing);
            return before is { IsLive: true } && ViewReading.Same(before.View, view) ? before : new(view, null);
        }
        catch (Exception error) when (error is not (OperationCanceledException or ObjectDisposedException))
        {
            log.Log(LogLevel.Debug, error, "What changed in the cluster could not be asked for");
            return before is null ? null : before with { Trouble = error.Message };
        }
    }

    ClusterView Read(Metadata.Response answer, ClusterView before, MissingTopics missing)
    {
        IReadOnlyDictionary<int, BrokerInfo> brokers = ViewReading.Brokers(answer, options.MayConnect);
        // A broker that is just starting may know nobody yet.
        if (brokers.Count == 0) brokers = before.Brokers;
        var topics = ImmutableSortedDictionary.CreateBuilder<string, TopicView>(StringComparer.Ordinal);
        foreach (var (name, topic) in ViewReading.Topics(answer))
        {
            var known = before.Topics.GetValueOrDefault(name);
            missing.Found(name);
            var view = ViewReading.Topic(topic, known, brokers);
            // One that is just being made, or that we may not see, is not there yet; or is as it was.
            if (view.Error == ErrorCode.None) topics[name] = view;
            else if (known is not null) topics[name] = known;
        }

        // Or lag behind: a topic is gone when several answers say so.
        foreach (var (name, known) in before.Topics)
            if (!topics.ContainsKey(name) && !missing.IsGone(name))
                topics[name] = known;
        return new()
        {
            Version = before.Version + 1,
            ClusterId = answer.ClusterId ?? before.ClusterId,
            ControllerId = brokers.ContainsKey(answer.ControllerId) ? answer.ControllerId : -1,
            Brokers = brokers,
            Topics = topics.ToImmutable(),
        };
    }
}
