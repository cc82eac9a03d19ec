using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

/// <summary>What an observer throws is nobody's error but goes to who gave the element, as anywhere in Rx; no operator keeps it to itself.</summary>
[TestFixture]
public sealed class ThrowingObserverTests
{
    static readonly TestScheduler Scheduler = new();

    static readonly Dictionary<string, Func<IObservable<Ledger.Counted>, IObservable<Ledger.Counted>>> Operators = new()
    {
        ["BufferBounded"] = source => source.BufferBounded(1).SelectMany(batch => batch),
        ["ConflateByKey"] = source =>
            source.ConflateByKey(element => element.Value, TimeSpan.FromTicks(5), 1, Scheduler).SelectMany(batch => batch),
        ["MergeByAssignment"] = source => Observable.Return<int[]>([1]).Concat(Observable.Never<int[]>()).MergeByAssignment(_ => source),
        ["MergeByTimestamp"] = source =>
            new[] { source }.MergeByTimestamp(element => DateTimeOffset.UnixEpoch, TimeSpan.FromTicks(5), 1, Scheduler),
        ["PauseWhen"] = source => source.PauseWhen(Observable.Never<bool>(), PauseMode.Hold(1)),
        ["SelectAsync"] = source => source.SelectAsync((element, _) => ValueTask.FromResult(element), 1),
        ["Throttled"] = source => source.Throttled(1, 1, scheduler: Scheduler),
    };

    [Test]
    public void What_an_observer_throws_goes_to_who_gave_the_element([ValueSource(nameof(Names))] string name)
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        Exception? told = null;
        using var subscription = Operators[name](source).Subscribe(_ => throw new FormatException("the observer"), error => told = error);

        // Those with a buffer tell the first when the second comes, or when it is time.
        Assert.That(() =>
        {
            source.OnNext(ledger.Element(1));
            source.OnNext(ledger.Element(2));
        }, Throws.TypeOf<FormatException>());
        Assert.That((told, source.HasObservers, ledger.Open), Is.EqualTo((default(Exception), false, 0)));
        Assert.That(ledger.All, Does.Not.Contain("completed"));
    }

    static IEnumerable<string> Names => Operators.Keys;
}
