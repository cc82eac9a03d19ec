using System.Diagnostics.Metrics;
using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

public class InspectTests
{
    [Test]
    public void Everything_passes_and_is_shown_before_it_is_told()
    {
        var happened = new List<string>();
        using var _ = Observable.Range(1, 2).Inspect("here", seen => happened.Add($"look {seen.Kind}"))
            .Subscribe(value => happened.Add($"{value}"), () => happened.Add("end"));
        Assert.That(happened, Is.EqualTo(new[] { "look OnNext", "1", "look OnNext", "2", "look OnCompleted", "end" }));
    }

    [Test]
    public void Who_looks_and_throws_ends_the_stream()
    {
        var source = new Subject<int>();
        Exception? error = null;
        using var _ = source.Inspect("here", _ => throw new InvalidOperationException("look")).Subscribe(_ => { }, thrown => error = thrown);
        source.OnNext(1);
        Assert.That((error?.Message, source.HasObservers), Is.EqualTo(("look", false)));
    }

    [Test]
    public void What_passes_is_counted_under_its_name()
    {
        var name = $"place {Guid.NewGuid()}";
        var counts = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == "Samsa.Flow") listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, amount, tags, _) =>
        {
            foreach (var tag in tags)
                if (tag.Key == "name" && (string?)tag.Value == name) counts[instrument.Name] = counts.GetValueOrDefault(instrument.Name) + amount;
        });
        listener.Start();

        var source = new Subject<int>();
        var left = source.Inspect(name).Subscribe();
        var ended = source.Inspect(name).Subscribe(_ => { }, _ => { });
        source.OnNext(1);
        left.Dispose();
        Assert.That(counts, Is.EquivalentTo(new Dictionary<string, long> { ["samsa.flow.elements"] = 2, ["samsa.flow.subscriptions"] = 1 }));
        source.OnError(new InvalidOperationException());
        ended.Dispose();
        Assert.That((counts["samsa.flow.errors"], counts["samsa.flow.subscriptions"]), Is.EqualTo((1, 0)));
    }
}
