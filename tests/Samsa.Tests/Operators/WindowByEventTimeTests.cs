using System.Reactive.Linq;
using System.Reactive.Subjects;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Reactive.Testing;
using Samsa.Flow;
using Samsa.Rx;
using Samsa.Tests.Flow;
using Samsa.Tests.Topics;
using Element = (System.DateTimeOffset Time, int Partition, int Number);

namespace Samsa.Tests.Operators;

[TestFixture]
public sealed class WindowByEventTimeTests
{
    static readonly EventWindowOptions OfTen = new() { Size = TimeSpan.FromSeconds(10) };

    readonly TestScheduler scheduler = new();

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public Property Each_element_is_in_its_windows_once_or_late_and_which_of_the_two_is_what_the_watermark_says() =>
        Prop.ForAll(
            Gen.Zip(Gen.Choose(0, 60), Gen.Choose(0, 2)).ListOf().Select(list => list.ToArray()).ToArbitrary(),
            Gen.Zip(Gen.Choose(1, 3), Gen.Choose(0, 8)).ToArbitrary(),
            (elements, how) =>
            {
                var (overlap, lateness) = (how.Item1, TimeSpan.FromSeconds(how.Item2));
                var options = new EventWindowOptions
                {
                    Size = TimeSpan.FromSeconds(6), Slide = TimeSpan.FromSeconds(6 / overlap), Lateness = lateness, Partitions = [0, 1, 2],
                };
                var source = elements.Select((element, i) => new Element(At(element.Item1), element.Item2, i)).ToArray();

                var told = source.ToObservable()
                    .WindowByEventTime(element => element.Number % 2, element => element.Time, element => element.Partition, new List<int>(),
                        (all, element) => [.. all, element.Number], options, scheduler)
                    .ToList().Wait();

                // The model: the watermark before each element, and the windows that it belongs to.
                var latest = new DateTimeOffset[3];
                var (mark, late, windows) = (DateTimeOffset.MinValue, new List<int>(), new SortedDictionary<(DateTimeOffset, int), List<int>>());
                foreach (var element in source)
                {
                    var mine = Enumerable.Range(0, overlap).Select(i => Floor(element.Time, options.Slide!.Value) - i * options.Slide.Value).ToList();
                    var open = mine.Where(start => start + options.Size > mark).ToList();
                    if (open.Count == 0) late.Add(element.Number);
                    foreach (var start in open)
                    {
                        if (!windows.TryGetValue((start, element.Number % 2), out var window)) windows.Add((start, element.Number % 2), window = []);
                        window.Add(element.Number);
                    }

                    if (element.Time > latest[element.Partition]) latest[element.Partition] = element.Time;
                    if (latest.Min() is var least && least > default(DateTimeOffset) && least - lateness > mark) mark = least - lateness;
                }

                Assert.That(told.OfType<LateElement<Element, int, List<int>>>().Select(one => one.Element.Number), Is.EqualTo(late));
                var closed = told.OfType<ClosedWindow<Element, int, List<int>>>().ToList();
                Assert.That(closed.Select(one => one.Start), Is.Ordered);
                Assert.That(closed.OrderBy(one => (one.Start, one.Key)).Select(one => (one.Start, one.Key, string.Join(' ', one.Result))),
                    Is.EqualTo(windows.Select(one => (one.Key.Item1, one.Key.Item2, string.Join(' ', one.Value)))));
                Assert.That(closed.Select(one => one.Count), Is.EqualTo(closed.Select(one => one.Result.Count)));
            });

    [Test]
    public void A_window_holds_its_elements_until_the_observer_has_had_it()
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        var seen = new List<string>();
        using var subscription = Windows(source, OfTen).Subscribe(window => seen.Add($"{Text(window)} {ledger.All}"));

        foreach (var time in new[] { 1, 2, 11, 3, 25 }) source.OnNext(ledger.Element(time));
        Assert.That(seen, Is.EqualTo(new[]
        {
            "3 open open open", "late 3 completed completed open open", "11 completed completed open completed open",
        }));
        Assert.That(ledger.All, Is.EqualTo("completed completed completed completed open"));

        source.OnCompleted();
        Assert.That(ledger.All, Is.EqualTo("completed completed completed completed completed"));
    }

    [Test]
    public void A_window_can_be_deferred_as_a_whole_and_fails_as_a_whole()
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        var leases = new List<Lease>();
        EventWindow<Ledger.Counted, string, int>? first = null;
        using var subscription = Windows(source, OfTen).Subscribe(window =>
        {
            first ??= window;
            leases.Add(window.Defer());
        });

        foreach (var time in new[] { 1, 2, 15, 25 }) source.OnNext(ledger.Element(time));
        Assert.That(ledger.All, Is.EqualTo("open open open open"));
        leases[0].Complete();
        leases[1].Fail(new InvalidOperationException());

        Assert.That(ledger.All, Is.EqualTo("completed completed failed open"));
        Assert.That(() => first!.Defer(), Throws.InvalidOperationException);
    }

    [Test]
    public void An_element_of_several_windows_is_dealt_with_when_all_of_them_are()
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        var seen = 0;
        using var subscription = Windows(source, OfTen with { Slide = TimeSpan.FromSeconds(5) }).Subscribe(_ => seen++);

        source.OnNext(ledger.Element(7));
        source.OnNext(ledger.Element(11));
        Assert.That((seen, ledger[1]), Is.EqualTo((1, "open")));
        source.OnNext(ledger.Element(16));

        Assert.That((seen, ledger[1]), Is.EqualTo((2, "completed")));
    }

    [Test]
    public void Too_many_elements_end_it_instead_of_waiting_for_ever()
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        Exception? error = null;
        using var subscription = Windows(source, OfTen with { Capacity = 3 }).Subscribe(_ => { }, thrown => error = thrown);

        for (var i = 1; i <= 4; i++) source.OnNext(ledger.Element(i));

        Assert.That((error?.GetType(), source.HasObservers), Is.EqualTo((typeof(Samsa.Flow.BufferFullException), false)));
        Assert.That(ledger.All, Is.EqualTo("failed failed failed failed"));
    }

    [TestCase("key")]
    [TestCase("time")]
    [TestCase("partition")]
    [TestCase("fold")]
    public void What_a_function_throws_is_the_error_and_fails_what_is_held(string which)
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        Exception? error = null;
        T Or<T>(string name, int value, T result) => name == which && value == 2 ? throw new FormatException(name) : result;
        using var subscription = source.WindowByEventTime(
                element => Or("key", element.Value, ""), element => Or("time", element.Value, At(element.Value)), element => Or("partition", element.Value, 0),
                0, (sum, element) => Or("fold", element.Value, sum), OfTen, scheduler)
            .Subscribe(_ => { }, thrown => error = thrown);

        source.OnNext(ledger.Element(1));
        source.OnNext(ledger.Element(2));

        Assert.That((error?.Message, ledger.All, source.HasObservers), Is.EqualTo((which, "failed failed", false)));
    }

    [Test]
    public void Disposal_fails_what_is_held()
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        var subscription = Windows(source, OfTen).Subscribe();
        source.OnNext(ledger.Element(1));

        subscription.Dispose();

        Assert.That((ledger.All, source.HasObservers), Is.EqualTo(("failed", false)));
    }

    [Test]
    public void What_an_observer_throws_goes_to_who_gave_the_element_and_fails_the_window()
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        using var subscription = Windows(source, OfTen).Subscribe(_ => throw new FormatException());
        source.OnNext(ledger.Element(1));

        Assert.That(() => source.OnNext(ledger.Element(12)), Throws.TypeOf<FormatException>());
        Assert.That(ledger.All, Is.EqualTo("failed failed"));
    }

    [Test]
    public void One_time_far_ahead_makes_nothing_late_and_is_dealt_with_when_it_was_told()
    {
        var (ledger, source, clock) = (new Ledger(), new Subject<Ledger.Counted>(), new TestScheduler());
        var seen = new List<string>();
        clock.AdvanceTo(At(0).Ticks);
        using var subscription = source
            .WindowByEventTime(_ => "k", element => At(element.Value), _ => 0, 0, (sum, element) => sum + element.Value,
                OfTen with { Ahead = TimeSpan.FromSeconds(20) }, clock)
            .Subscribe(window => seen.Add($"{window.GetType().Name.Split('`')[0]} {ledger.All}"));

        foreach (var time in new[] { 1, 1_000_000, 21, 2, 20 }) source.OnNext(ledger.Element(time));
        Assert.That(seen, Is.EqualTo(new[]
        {
            "EarlyElement open open", "EarlyElement open completed open", "ClosedWindow open completed completed open open",
        }));

        clock.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);
        source.OnNext(ledger.Element(21));
        Assert.That(ledger.All, Is.EqualTo("completed completed completed completed open open"), "now 21 is believed");
    }

    [TestCase(long.MinValue)]
    [TestCase(long.MaxValue)]
    [TestCase(-1)]
    public void Any_timestamp_has_a_window(long timestamp)
    {
        var told = Observable.Return(new ProducerRecord("v") { Timestamp = timestamp }.AsRead("t", 0, 0))
            .WindowByEventTime(_ => "k", 0, (count, _) => count + 1, OfTen with { Slide = TimeSpan.FromSeconds(5) }, scheduler).ToList().Wait();

        Assert.That(told, Has.Count.GreaterThanOrEqualTo(1).And.All.InstanceOf<ClosedWindow<KafkaRecord, string, int>>());
    }

    [Test]
    public void Windows_that_leave_something_out_between_them_are_refused() =>
        Assert.That(() => Windows(new Subject<Ledger.Counted>(), OfTen with { Slide = TimeSpan.FromSeconds(11) }),
            Throws.ArgumentException.With.Message.Contains("Slide"));

    [Test]
    public async Task A_topic_is_cut_into_windows()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        for (var i = 0; i < 60; i++) stage.Brokers.AppendRaw("t", i % 2, Transactions.Batch($"{i}", time: i * 1000));

        var windows = await stage.Topic.AsObservable(new() { UntilEnd = true })
            .WindowByEventTime(_ => "all", 0, (count, _) => count + 1, OfTen with { Lateness = TimeSpan.FromMinutes(1), Partitions = [0, 1] })
            .OfType<ClosedWindow<KafkaRecord, string, int>>().Select(window => window.Result).ToList();

        Assert.That(windows, Is.EqualTo(new[] { 10, 10, 10, 10, 10, 10 }));
    }

    IObservable<EventWindow<Ledger.Counted, string, int>> Windows(IObservable<Ledger.Counted> source, EventWindowOptions options) =>
        source.WindowByEventTime(_ => "all", element => At(element.Value), _ => 0, 0, (sum, element) => sum + element.Value, options, scheduler);

    static string Text(EventWindow<Ledger.Counted, string, int> window) => window switch
    {
        ClosedWindow<Ledger.Counted, string, int> closed => $"{closed.Result}",
        LateElement<Ledger.Counted, string, int> late => $"late {late.Element.Value}",
        _ => "?",
    };

    static DateTimeOffset At(int seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);

    static DateTimeOffset Floor(DateTimeOffset time, TimeSpan step) => new(time.Ticks - (time.Ticks - DateTimeOffset.UnixEpoch.Ticks) % step.Ticks, TimeSpan.Zero);
}
