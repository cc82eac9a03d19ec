using System.Reactive.Concurrency;
using System.Reactive.Subjects;
using System.Text;
using Samsa.Protocol;
using Samsa.Rx;

namespace Samsa.Tests.Operators;

/// <summary>A topic of one partition in virtual time, for <c>ProduceTo</c>. Public, so that marble files can use it.</summary>
/// <param name="scheduler">Measures the time.</param>
/// <param name="time">How long a text takes to be written.</param>
public sealed class ScriptedTopic(IScheduler scheduler, Func<string, TimeSpan> time) : IDisposable
{
    readonly Subject<string> taken = new();
    int written;

    public ScriptedTopic(IScheduler scheduler, TimeSpan time)
        : this(scheduler, _ => time)
    {
    }

    /// <summary>The texts, when they are given to be written.</summary>
    public IObservable<string> Taken => taken;

    /// <summary>Texts like this are refused.</summary>
    public string Refused { get; init; } = "x";

    /// <summary>At texts like this the client is closed.</summary>
    public string? ClosedAt { get; init; }

    /// <summary>How many doors are open.</summary>
    public int Doors { get; private set; }

    public int Flushes { get; private set; }

    public void Dispose() => taken.Dispose();

    internal IRecordDoor Open(IDeliveries deliveries)
    {
        Doors++;
        return new Door(this, deliveries);
    }

    sealed class Door(ScriptedTopic topic, IDeliveries deliveries) : IRecordDoor
    {
        bool isClosed;

        public void Publish(in ProducerRecord record, int number)
        {
            var (text, tag) = (Encoding.UTF8.GetString(record.Value!.Value.Span), record.Tag);
            ObjectDisposedException.ThrowIf(text == topic.ClosedAt, typeof(Kafka));
            topic.taken.OnNext(text);
            topic.Schedule(text, () =>
            {
                deliveries.Ended(number, text == topic.Refused
                    ? new(Outcome.NotPersisted, "t", 0, -1, -1, new("refused", Outcome.NotPersisted, ErrorCode.None, "t", 0), tag)
                    : new(Outcome.Persisted, "t", 0, topic.written++, -1, null, tag));
                deliveries.Wake();
            });
        }

        public void Flush() => topic.Flushes++;

        public void Close()
        {
            if (!isClosed) topic.Doors--;
            isClosed = true;
        }
    }

    void Schedule(string text, Action end) => scheduler.Schedule(time(text), end);
}

/// <summary>The operator, for a <see cref="ScriptedTopic"/>.</summary>
public static class ScriptedTopicObservable
{
    public static IObservable<DeliveryReport> ProduceTo<T>(
        this IObservable<T> source, ScriptedTopic topic, Func<T, ProducerRecord> record, int capacity, IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return source.ProduceTo(topic.Open, record, capacity, scheduler);
    }
}
