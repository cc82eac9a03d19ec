using System.Reactive.Linq;
using System.Reactive.Subjects;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

public class ShareLatestTests
{
    [Test]
    public void Who_comes_later_hears_the_latest_first()
    {
        var (source, first, second) = (new Subject<int>(), new List<int>(), new List<int>());
        var shared = source.ShareLatest();
        using var one = shared.Subscribe(first.Add);
        source.OnNext(1);
        source.OnNext(2);
        using var other = shared.Subscribe(second.Add);
        source.OnNext(3);
        Assert.That(first, Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(second, Is.EqualTo(new[] { 2, 3 }));
    }

    [Test]
    public void Before_the_first_value_there_is_no_latest()
    {
        var (source, seen) = (new Subject<int>(), new List<int>());
        var shared = source.ShareLatest();
        using var one = shared.Subscribe();
        using var other = shared.Subscribe(seen.Add);
        Assert.That(seen, Is.Empty);
    }

    [Test]
    public void The_latest_is_forgotten_when_nobody_listens_or_the_source_has_ended()
    {
        var sources = new Queue<Subject<int>>([new(), new(), new()]);
        var all = sources.ToArray();
        var shared = Observable.Defer(sources.Dequeue).ShareLatest();
        shared.Subscribe().Dispose();
        var seen = new List<string>();
        using var one = shared.Subscribe(_ => { }, () => seen.Add("end"));
        all[1].OnNext(1);
        all[1].OnCompleted();
        using var other = shared.Subscribe(value => seen.Add($"{value}"));
        all[2].OnNext(2);
        Assert.That(seen, Is.EqualTo(new[] { "end", "2" }));
        Assert.That((all[0].HasObservers, all[2].HasObservers), Is.EqualTo((false, true)));
    }

    [Test]
    public void Who_comes_while_a_value_is_told_hears_it_once()
    {
        var (source, seen) = (new Subject<int>(), new List<int>());
        var shared = source.ShareLatest();
        IDisposable? late = null;
        using var first = shared.Subscribe(_ => late ??= shared.Subscribe(seen.Add));
        source.OnNext(1);
        source.OnNext(2);
        Assert.That(seen, Is.EqualTo(new[] { 1, 2 }));
        late!.Dispose();
    }

    [Test]
    public async Task Whoever_comes_whenever_hears_numbers_without_a_gap()
    {
        const int Count = 200_000;
        var source = new Subject<int>();
        var shared = source.ShareLatest();
        using var always = shared.Subscribe();
        var giving = Task.Run(() =>
        {
            for (var i = 0; i < Count; i++) source.OnNext(i);
        });
        var listened = 0;
        while (!giving.IsCompleted)
        {
            var last = -1;
            Exception? wrong = null;
            using (shared.Subscribe(value =>
            {
                if (last >= 0 && value != last + 1) wrong ??= new InvalidOperationException($"{value} came behind {last}");
                last = value;
            }))
            {
                for (var i = 0; i < 100; i++) Thread.Yield();
            }

            Assert.That(wrong, Is.Null);
            listened++;
        }

        await giving;
        Assert.That(listened, Is.Positive);
    }
}
