namespace Samsa.Cli.Demo.Machine;

/// <summary>This process as the .NET runtime sees it: processor time, garbage collection, thread pool.</summary>
sealed class Runtime : IMeter
{
    readonly Rate cpu = new(), allocated = new(), paused = new(), done = new();

    public void Measure(double now, List<Measurement> into)
    {
        into.Add(new("cpu.samsa", Unit.Percent, 100 * cpu.Of(Environment.CpuUsage.TotalTime.TotalSeconds, now) / Environment.ProcessorCount));
        into.Add(new("gc.heap", Unit.Bytes, GC.GetTotalMemory(forceFullCollection: false)));
        into.Add(new("gc.allocated", Unit.BytesPerSecond, allocated.Of(GC.GetTotalAllocatedBytes(), now)));
        into.Add(new("gc.collections", Unit.Count, GC.CollectionCount(0)));
        into.Add(new("gc.paused", Unit.Percent, 100 * paused.Of(GC.GetTotalPauseDuration().TotalSeconds, now)));
        into.Add(new("pool.threads", Unit.Count, ThreadPool.ThreadCount));
        into.Add(new("pool.queued", Unit.Count, ThreadPool.PendingWorkItemCount));
        into.Add(new("pool.done", Unit.PerSecond, done.Of(ThreadPool.CompletedWorkItemCount, now)));
    }
}
