using System.Reactive.Concurrency;

namespace Samsa.Flow;

/// <summary>
/// Subscribes where a source that gives while it is being subscribed to waits until it has been, so that it hears when it shall end: what <c>ObservableBase</c> does,
/// for those that are none.
/// </summary>
static class Trampoline
{
    public static void Run(Action subscribe)
    {
        if (CurrentThreadScheduler.IsScheduleRequired) CurrentThreadScheduler.Instance.Schedule(subscribe);
        else subscribe();
    }
}
