using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Reactive.Threading.Tasks;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[WithoutSynchronizationContext]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class SelectAsyncByKeyTests : ReactiveTest
{
    readonly TestScheduler scheduler = new();

    [Test]
    public void One_key_is_in_order_and_another_takes_the_free_place()
    {
        var begun = new List<(long, char)>();
        var source = scheduler.CreateHotObservable(OnNext(210, 'a'), OnNext(230, 'b'), OnNext(250, 'A'), OnNext(270, 'c'), OnCompleted<char>(280));
        var seen = scheduler.Start(() => source.SelectAsyncByKey(char.ToLowerInvariant, (letter, stop) =>
        {
            begun.Add((scheduler.Clock, letter));
            return scheduler.After(letter is 'a' or 'A' ? 65 : 20, letter, stop);
        }, maxConcurrency: 2));
        Assert.That(begun, Is.EqualTo(new[] { (210L, 'a'), (230, 'b'), (270, 'c'), (275, 'A') }));
        seen.Messages.AssertEqual(OnNext(250, 'b'), OnNext(275, 'a'), OnNext(290, 'c'), OnNext(340, 'A'), OnCompleted<char>(340));
    }

    [Test]
    public void A_key_selector_that_throws_is_an_error()
    {
        var (source, ledger) = (new Subject<Ledger.Counted>(), new Ledger());
        Exception? error = null;
        using var _ = source.SelectAsyncByKey<Ledger.Counted, int, int>(_ => throw new InvalidOperationException("no key"), (_, _) => new(1), 4)
            .Subscribe(_ => { }, thrown => error = thrown);
        source.OnNext(ledger.Element(1));
        Assert.That((error?.Message, ledger[1], source.HasObservers), Is.EqualTo(("no key", "failed", false)));
    }

    [Test]
    public void A_failed_key_ends_all_and_what_waited_for_it_is_not_begun()
    {
        var (source, ledger, begun) = (new Subject<Ledger.Counted>(), new Ledger(), new List<int>());
        var work = new TaskCompletionSource<int>();
        Exception? error = null;
        using var _ = source.SelectAsyncByKey(_ => 0, (element, _) =>
        {
            begun.Add(element.Value);
            return new ValueTask<int>(work.Task);
        }, 4).Subscribe(_ => { }, thrown => error = thrown);
        source.OnNext(ledger.Element(1));
        source.OnNext(ledger.Element(2));
        work.SetException(new InvalidOperationException("bad"));
        Assert.That((error?.Message, ledger[1], ledger[2]), Is.EqualTo(("bad", "failed", "failed")));
        Assert.That(begun, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Keys_that_nothing_waits_for_are_forgotten()
    {
        var line = new LinePerKey<int, int, int>(i => i % 7, null);
        var jobs = Enumerable.Range(0, 100).Select(i =>
        {
            var job = new AsyncJob<int, int, int>(_ => { });
            job.Take(Kept<int>.Of(i));
            line.Add(job);
            return job;
        }).ToList();
        Assert.That(line.Keys, Is.EqualTo(7));
        while (line.TryNext(out var job)) line.Done(job);
        Assert.That((line.Keys, jobs.Count), Is.EqualTo((0, 100)));
    }

    [Test]
    public void Each_key_is_in_order_and_runs_one_at_a_time_whatever_ends_first() =>
        Prop.ForAll(Gen.Choose(0, 4).ArrayOf().ToArbitrary(), Gen.Choose(1, 5).ToArbitrary(), Gen.Choose(0, int.MaxValue)
            .ToArbitrary(), (keys, concurrency, seed) =>
        {
            var (random, source, seen) = (new Random(seed), new Subject<(int Key, int Number)>(), new List<(int Key, int Number)>());
            var open = new List<((int Key, int Number) Element, TaskCompletionSource<(int, int)> Work)>();
            var most = 0;
            using var _ = source.SelectAsyncByKey(element => element.Key, (element, _) =>
            {
                if (open.Exists(other => other.Element.Key == element.Key)) throw new InvalidOperationException("two of one key");
                open.Add((element, new()));
                most = Math.Max(most, open.Count);
                return new ValueTask<(int, int)>(open[^1].Work.Task);
            }, concurrency, capacity: keys.Length + concurrency).Subscribe(seen.Add);
            for (var i = 0; i < keys.Length; i++)
            {
                source.OnNext((keys[i], i));
                if (random.Next(2) == 0) EndOne();
            }

            while (open.Count > 0) EndOne();
            var expected = keys.Select((key, i) => (Key: key, Number: i)).ToList();
            return most <= concurrency
                && Enumerable.Range(0, 5).All(key => seen.Where(one => one.Key == key).SequenceEqual(expected.Where(one => one.Key == key)));

            void EndOne()
            {
                if (open.Count == 0) return;
                var one = open[random.Next(open.Count)];
                open.Remove(one);
                one.Work.SetResult(one.Element);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithQuietOnSuccess(true));

    [Test]
    public async Task Many_threads_and_keys_keep_the_order_of_each_key()
    {
        const int Count = 50_000, Keys = 100;
        var running = new int[Keys];
        var seen = await Observable.Range(0, Count).SelectAsyncByKey(i => i % Keys, async (i, _) =>
        {
            Assert.That(Interlocked.Increment(ref running[i % Keys]), Is.EqualTo(1));
            await Task.Yield();
            Interlocked.Decrement(ref running[i % Keys]);
            return i;
        }, maxConcurrency: 50).ToList().ToTask().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That(seen, Has.Count.EqualTo(Count));
        for (var key = 0; key < Keys; key++) Assert.That(seen.Where(i => i % Keys == key), Is.Ordered);
    }
}
