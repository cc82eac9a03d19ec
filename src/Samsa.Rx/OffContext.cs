using System.Runtime.CompilerServices;

namespace Samsa.Rx;

/// <summary>
/// Awaiting it leaves the synchronization context of whoever called, a window or a page: what follows runs on the thread pool. So nothing here needs
/// the thread of a caller who blocks it until we are done. Every public method that awaits begins with it.
/// </summary>
readonly struct OffContext : ICriticalNotifyCompletion
{
    /// <summary>There is nothing to leave.</summary>
    public bool IsCompleted => SynchronizationContext.Current is null && TaskScheduler.Current == TaskScheduler.Default;

    public OffContext GetAwaiter() => this;

    public void GetResult()
    {
        // Nothing can go wrong.
    }

    public void OnCompleted(Action continuation) => ThreadPool.QueueUserWorkItem(static go => go(), continuation, preferLocal: true);

    public void UnsafeOnCompleted(Action continuation) => ThreadPool.UnsafeQueueUserWorkItem(static go => go(), continuation, preferLocal: true);
}
