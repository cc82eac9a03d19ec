using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Microsoft.Reactive.Testing;
using Samsa.Marbles.Playing;
using Samsa.Marbles.Syntax;

namespace Samsa.Marbles;

/// <summary>One marble file while it is played: what the code that is made of its operator line talks to.</summary>
public sealed class MarblePlay
{
    readonly MarbleFile file;
    readonly CompositeDisposable subscriptions = [];
    readonly Dictionary<Lane, object> streams = [];
    readonly Func<IDisposable>[] subscribe;
    readonly long zero;

    /// <summary>What the scheduler's clock says at frame zero: there is time before it to look back to, as there is outside of tests.</summary>
    static readonly DateTime TimeZero = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    internal MarblePlay(MarbleFile file)
    {
        this.file = file;
        zero = TimeZero.Ticks;
        subscribe = new Func<IDisposable>[file.Outputs.Count];
        var windows = new IDisposable?[subscribe.Length];

        // At the same tick the scheduler goes by the order of scheduling: what ends, then what begins, then what the lanes say, from the top.
        // Side outputs are watched first, so that they miss nothing that a subscription to the result brings about.
        var order = Enumerable.Range(0, subscribe.Length).OrderBy(output => file.Outputs[output].Of is null).ToList();
        foreach (var output in order)
            if (file.Outputs[output].Window.To is { } to)
                Scheduler.ScheduleAbsolute(TickOf(to), () => windows[output]?.Dispose());
        foreach (var output in order)
        {
            Scheduler.ScheduleAbsolute(TickOf(file.Outputs[output].Window.From!.Value), () =>
            {
                var window = subscribe[output]();
                windows[output] = window;
                subscriptions.Add(window);
            });
        }
    }

    /// <summary>The scheduler whose time the frames are.</summary>
    public TestScheduler Scheduler { get; } = new();

    internal Dictionary<Lane, Recording> Recordings { get; } = [];

    internal Dictionary<Lane, Func<string, object?>> Codecs { get; } = [];

    internal Dictionary<Lane, Func<IList<Subscription>>> Subscribed { get; } = [];

    long FrameTicks => file.Directives.Frame.Ticks;

    // Each hop through the scheduler costs a tick, and a frame has room for ten thousand of them.
    int Now => FrameOf(Scheduler.Clock);

    /// <summary>How long some frames are.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The time.</returns>
    public TimeSpan Frames(double count) => file.Directives.Frame * count;

    /// <summary>Makes a value of a label.</summary>
    /// <typeparam name="T">What the value is.</typeparam>
    /// <param name="label">The label.</param>
    /// <returns>The value.</returns>
    public static T Read<T>(string label) => MarbleValue.Parse<T>(label);

    /// <summary>An input lane.</summary>
    /// <typeparam name="T">What it carries.</typeparam>
    /// <param name="lane">Which, from the top.</param>
    /// <param name="via">Makes a value of a label.</param>
    /// <returns>Its stream.</returns>
    public IObservable<T> Lane<T>(int lane, Func<string, T> via) => Make(file.Inputs[lane], symbol => via(file.Inputs[lane].LabelOf(symbol)));

    /// <summary>A stream that has a letter.</summary>
    /// <typeparam name="T">What it carries.</typeparam>
    /// <param name="stream">Which, from the top.</param>
    /// <param name="via">Makes a value of a label.</param>
    /// <returns>The stream.</returns>
    public IObservable<T> Stream<T>(int stream, Func<string, T> via)
    {
        var lane = file.InputStreams[stream];
        var made = Make(lane, symbol => via(lane.LabelOf(symbol)));
        streams[lane] = made;
        return made;
    }

    /// <summary>An input lane whose values are streams.</summary>
    /// <typeparam name="T">What those carry.</typeparam>
    /// <param name="lane">Which, from the top.</param>
    /// <returns>Its stream.</returns>
    public IObservable<IObservable<T>> Outer<T>(int lane) =>
        Make(file.Inputs[lane], symbol => (IObservable<T>)streams[file.InputStreams.First(stream => stream.Symbol == symbol)]);

    /// <summary>A stream that stands in backquotes in the operator line.</summary>
    /// <typeparam name="T">What it carries.</typeparam>
    /// <param name="marbles">Its marbles.</param>
    /// <param name="via">Makes a value of a label.</param>
    /// <returns>The stream, cold.</returns>
    public IObservable<T> Cold<T>(string marbles, Func<string, T> via)
    {
        var lane = new Lane
        {
            Place = file.Operation.Place,
            Timeline = TimelineReader.Read(marbles, file.Operation.Place, file.Directives.Rule, isHot: false),
            Labels = file.Operation.Labels,
        };
        return Make(lane, symbol => via(lane.LabelOf(symbol)));
    }

    /// <summary>What the operator gives.</summary>
    /// <typeparam name="T">What that carries.</typeparam>
    /// <param name="result">The stream.</param>
    public void Result<T>(IObservable<T> result)
    {
        for (var output = 0; output < subscribe.Length; output++)
            if (file.Outputs[output].Of is null)
                Show(output, result);
    }

    /// <summary>What an output lane shows.</summary>
    /// <typeparam name="T">What that carries.</typeparam>
    /// <param name="output">Which, from the top.</param>
    /// <param name="stream">The stream.</param>
    public void Show<T>(int output, IObservable<T> stream) => subscribe[output] = () =>
    {
        var recorder = new Recorder<T>(() => Now, subscriptions.Add, origin: 0);
        Recordings[file.Outputs[output]] = recorder.Recording;
        return stream.Subscribe(recorder);
    };

    /// <summary>How the labels of an output are read.</summary>
    /// <typeparam name="T">What it carries.</typeparam>
    /// <param name="output">Which output, from the top; behind them, the streams among the outputs.</param>
    /// <param name="via">Makes a value of a label.</param>
    public void Expect<T>(int output, Func<string, T> via) =>
        Codecs[(Lane)file.Outputs.Concat(file.OutputStreams).ElementAt(output)] = label => via(label);

    internal void Run()
    {
        var end = file.Lanes.Max(lane => Math.Max(lane.Timeline.Length, lane.Window.To ?? 0)) + 50;
        try
        {
            Scheduler.AdvanceTo(TickOf(end));
        }
        finally
        {
            // What is subscribed to until the end was not ended by anybody.
            foreach (var (lane, times) in Subscribed.ToList())
            {
                var seen = times().ToList();
                Subscribed[lane] = () => seen;
            }

            subscriptions.Dispose();
        }
    }

    internal IEnumerable<Span> SpansOf(Lane lane) =>
        Subscribed.TryGetValue(lane, out var times)
            ? times().Select(span => new Span(FrameOf(span.Subscribe), span.Unsubscribe == Subscription.Infinite ? null : FrameOf(span.Unsubscribe)))
            : [];

    IObservable<T> Make<T>(Lane lane, Func<string, T> value)
    {
        var origin = lane.IsHot ? zero : 0;
        var messages = lane.Happening.Select(marble => new Recorded<Notification<T>>(origin + marble.Frame * FrameTicks, marble.Kind switch
        {
            MarbleKind.Next => Notification.CreateOnNext(value(marble.Symbol)),
            MarbleKind.Error => Notification.CreateOnError<T>(new MarbleException(lane.ErrorText ?? "#")),
            _ => Notification.CreateOnCompleted<T>(),
        })).ToArray();
        ITestableObservable<T> made = lane.IsHot ? Scheduler.CreateHotObservable(messages) : Scheduler.CreateColdObservable(messages);
        Subscribed[lane] = () => made.Subscriptions;
        return made;
    }

    long TickOf(int frame) => zero + frame * FrameTicks;

    int FrameOf(long tick) => (int)Math.Floor((tick - zero) / (double)FrameTicks);
}
