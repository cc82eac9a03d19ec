using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[WithoutSynchronizationContext]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class OrDeadLetterTests : ReactiveTest
{
    readonly TestScheduler scheduler = new();

    [Test]
    public void What_fails_is_put_away_and_the_order_is_kept()
    {
        var away = new List<(long, char, string)>();
        var source = scheduler.CreateHotObservable(OnNext(210, 'a'), OnNext(230, 'x'), OnNext(250, 'b'), OnCompleted<char>(260));
        var seen = scheduler.Start(() => source.TrySelectAsync(Work, maxConcurrency: 4).OrDeadLetter(async (letter, stop) =>
        {
            await scheduler.After(40, 0, stop);
            away.Add((scheduler.Clock, letter.Element, letter.Error.Message));
        }, capacity: 4));
        seen.Messages.AssertEqual(OnNext(210, 'A'), OnNext(270, 'B'), OnCompleted<char>(270));
        Assert.That(away, Is.EqualTo(new[] { (270L, 'x', "x") }));
    }

    [Test]
    public void An_element_is_given_up_only_after_its_attempts()
    {
        var (attempts, letters) = (0, new List<char>());
        var source = scheduler.CreateHotObservable(OnNext(210, 'x'), OnNext(215, 'a'), OnCompleted<char>(220));
        var seen = scheduler.Start(() => source.TrySelectAsyncByKey(letter => letter, (letter, stop) =>
        {
            if (letter == 'x') attempts++;
            return Work(letter, stop);
        }, maxConcurrency: 4, retry: new() { MaxAttempts = 3, First = TimeSpan.FromTicks(10), Jitter = 0 }, scheduler: scheduler)
            .OrDeadLetter(Observer.Create<DeadLetter<char>>(letter => letters.Add(letter.Element))));
        seen.Messages.AssertEqual(OnNext(215, 'A'), OnCompleted<char>(240));
        Assert.That(attempts, Is.EqualTo(3));
        Assert.That(letters, Is.EqualTo(new[] { 'x' }));
    }

    [Test]
    public void The_lease_of_a_failed_element_ends_when_it_has_been_put_away()
    {
        var (ledger, source, away) = (new Ledger(), new Subject<Ledger.Counted>(), new TaskCompletionSource());
        using var _ = source
            .TrySelectAsync<Ledger.Counted, int>(
                (element, _) => element.Value == 0 ? throw new InvalidOperationException() : new(1), maxConcurrency: 1)
            .OrDeadLetter((_, _) => new ValueTask(away.Task), capacity: 2).Subscribe();
        source.OnNext(ledger.Element(0));
        source.OnNext(ledger.Element(1));
        Assert.That(ledger.All, Is.EqualTo("open open"));
        away.SetResult();
        Assert.That(ledger.All, Is.EqualTo("completed completed"));
    }

    [Test]
    public void What_cannot_be_put_away_ends_the_stream()
    {
        var source = new Subject<char>();
        var errors = new List<string>();
        using var one = source.TrySelectAsync(Work, 1).OrDeadLetter((_, _) => throw new InvalidOperationException("full"))
            .Subscribe(_ => { }, error => errors.Add(error.Message));
        using var other = source.TrySelectAsync(Work, 1)
            .OrDeadLetter(Observer.Create<DeadLetter<char>>(_ => throw new InvalidOperationException("closed")))
            .Subscribe(_ => { }, error => errors.Add(error.Message));
        source.OnNext('x');
        Assert.That(errors, Is.EqualTo(new[] { "full", "closed" }));
        Assert.That(source.HasObservers, Is.False);
    }

    [Test]
    public void What_an_observer_of_dead_letters_does_not_take_has_failed()
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        var letters = Observer.Create<DeadLetter<Ledger.Counted>>(letter =>
        {
            if (letter.Element.Value == 2) throw new InvalidOperationException("closed");
        });
        using var _ = source.TrySelectAsync<Ledger.Counted, int>((_, _) => throw new InvalidOperationException(), 1).OrDeadLetter(letters)
            .Subscribe(_ => { }, _ => { });
        source.OnNext(ledger.Element(1));
        source.OnNext(ledger.Element(2));
        Assert.That(ledger.All, Is.EqualTo("completed failed"));
    }

    static ValueTask<char> Work(char letter, CancellationToken stop) =>
        letter == 'x' ? throw new InvalidOperationException("x") : new(char.ToUpperInvariant(letter));
}
