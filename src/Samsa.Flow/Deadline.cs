using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>Calls when it is time. Set and read in the turn of an output only.</summary>
sealed class Deadline(IScheduler scheduler, Action call) : IDisposable
{
    readonly SerialDisposable timer = new();
    Alarm? alarm;

    public bool IsSet => alarm is not null;

    public bool IsOver => alarm is { HasRung: true };

    public void Set(TimeSpan time)
    {
        Clear();
        var mine = alarm = new(call);
        var slot = new SingleAssignmentDisposable();
        timer.Disposable = slot;
        slot.Disposable = scheduler.Schedule(mine, time, static (_, alarm) =>
        {
            alarm.Ring();
            return Disposable.Empty;
        });
    }

    public void Clear()
    {
        alarm = null;
        timer.Disposable = Disposable.Empty;
    }

    public void Dispose() => timer.Dispose();

    // One that was cleared may ring all the same; nobody looks at it any more.
    sealed class Alarm(Action call)
    {
        volatile bool rung;

        public bool HasRung => rung;

        public void Ring()
        {
            rung = true;
            call();
        }
    }
}
