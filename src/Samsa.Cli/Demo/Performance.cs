using System.CommandLine;
using System.Reactive.Linq;
using Samsa.Cli.Commands;
using Samsa.Cli.Demo.Machine;
using Samsa.Cli.Output;
using Samsa.Cli.Terminal;
using Samsa.Embedded;
using Samsa.Rx;

namespace Samsa.Cli.Demo;

/// <summary>The demo: measurements go through a topic and come back through a query, while a broker stops and starts.</summary>
sealed class Performance(CommonOptions common, ParseResult parsed)
{
    const string TopicName = "measurements";
    const int PartitionCount = 6;
    const int BrokerCount = 3;

    /// <summary>How often everything is measured.</summary>
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);

    /// <summary>The length of the query's windows.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the last records may take to come back.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long we look whether more comes than was sent.</summary>
    static readonly TimeSpan Surplus = TimeSpan.FromMilliseconds(300);

    readonly TimeProvider clock = TimeProvider.System;
    readonly Ledger ledger = new();

    public required TimeSpan Length { get; init; }

    public required KafkaProfile Profile { get; init; }

    public required bool ThroughZooKeeper { get; init; }

    public required bool Json { get; init; }

    public async Task<int> RunAsync(CancellationToken ct)
    {
        await using var zooKeeper = ThroughZooKeeper ? await EmbeddedZooKeeper.StartAsync(ct: ct) : null;
        await using var servers = await EmbeddedKafka.StartAsync(BrokerCount, new EmbeddedKafkaOptions { Profile = Profile, ZooKeeper = zooKeeper?.ConnectString }, ct);
        var where = zooKeeper is null ? servers.BootstrapServers : $"zookeeper://{zooKeeper.ConnectString}";
        servers.CreateTopic(TopicName, PartitionCount);
        await using var kafka = await Connecting.ConnectAsync(where, common, parsed, ct);

        var view = ChooseView();
        var board = new Board(servers, TopicName, ledger, clock);
        view.Open(new(where, Profiles.NameOf(Profile), TopicName, PartitionCount, Length, IsIdempotent));

        var play = PlayAsync(servers, kafka, board, view, ct);
        try
        {
            await view.FollowAsync(board.Look, play, ct);
        }
        finally
        {
            // The servers stand until everything that uses them has ended.
            await ((Task)play).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var verdict = await play;
        view.Close(verdict);
        return verdict.IsGood ? ExitCode.Done : ExitCode.Failed;
    }

    // Brokers before 0.11 know no producer ids.
    bool IsIdempotent => Profile is not (KafkaProfile.V0_8_2 or KafkaProfile.V0_10_2);

    View ChooseView() =>
        Json ? new JsonView(StandardOutput.Open(), clock)
        : Consoles.OutputIsTerminal ? new TerminalView(Consoles.Output(common.Colors(parsed)), clock)
        : new LineView(Console.Out, clock);

    async Task<Verdict> PlayAsync(EmbeddedKafka servers, Kafka kafka, Board board, View view, CancellationToken ct)
    {
        using var machine = new ThisMachine(clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var topic = kafka.Topics[TopicName];

        using var watching = kafka.Cluster.Subscribe(board.Put, _ => { });
        using var noticing = Noticed(kafka).Subscribe(seen => view.Tell(board.Note(seen.What, seen.Broker)), _ => { });
        using var reading = Query.PerKey(topic.AsObservable().Select(Reading.From).Do(board.Enter), Window)
            .Subscribe(board.Put, trouble => failed.TrySetException(trouble));

        var sink = topic.AsObserver();
        using var measuring = Observable.Interval(Every).TakeUntil(Observable.Timer(Length))
            .SelectMany(_ => machine.Measure())
            .Select(measured => ledger.Number(measured).ToRecord())
            .Subscribe(sink);

        var trouble = DisturbAsync(servers, board, view, stop.Token);
        try
        {
            await First(sink.Completion, failed.Task).WaitAsync(ct);
            await ComesBackAsync(failed.Task, ct);
        }
        finally
        {
            await stop.CancelAsync();
            await trouble.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return new(ledger.Balance, NotPersisted: sink.Counts.NotPersisted + sink.Counts.Unknown, IsIdempotent);
    }

    /// <summary>What ZooKeeper's watches see of it.</summary>
    IObservable<(string What, int Broker)> Noticed(Kafka kafka) => !ThroughZooKeeper
        ? Observable.Empty<(string, int)>()
        : kafka.Changes.SelectMany(change => change switch
        {
            ClusterChange.BrokerDown(var broker) => [("watch-broker-down", broker.NodeId)],
            ClusterChange.BrokerUp(var broker) => [("watch-broker-up", broker.NodeId)],
            _ => Array.Empty<(string, int)>(),
        });

    /// <summary>Stops a broker in the middle and starts it again.</summary>
    async Task DisturbAsync(EmbeddedKafka servers, Board board, View view, CancellationToken ct)
    {
        const int Victim = 2;
        await Task.Delay(Length * 0.4, clock, ct);
        var led = Enumerable.Range(0, PartitionCount).Where(partition => servers.LeaderOf(TopicName, partition) == Victim).ToList();
        await servers.StopBrokerAsync(Victim);
        view.Tell(board.Note("broker-stopped", Victim));
        await Task.Delay(Length * 0.25, clock, ct);
        await servers.StartBrokerAsync(Victim);
        // As the controller of a real cluster does after a while (preferred leaders).
        foreach (var partition in led) servers.MoveLeader(TopicName, partition, Victim);
        view.Tell(board.Note("broker-started", Victim));
    }

    async Task ComesBackAsync(Task failed, CancellationToken ct)
    {
        for (var waited = TimeSpan.Zero; !ledger.Balance.IsEven && waited < Patience; waited += Every)
            await First(Task.Delay(Every, clock, ct), failed);
        await First(Task.Delay(Surplus, clock, ct), failed);
    }

    static async Task First(Task one, Task other) => await await Task.WhenAny(one, other);
}
