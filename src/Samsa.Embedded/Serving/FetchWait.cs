namespace Samsa.Embedded.Serving;

/// <summary>A fetch that is held open until enough has been appended, something else happened, or its time is over.</summary>
/// <remarks>
/// It costs a timer and an entry in the list of each partition it reads; nobody polls. Being woken is a hint: the fetch looks
/// again, and may wait on.
/// </remarks>
sealed class FetchWait(long missingBytes)
{
    readonly TaskCompletionSource woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long missing = missingBytes;

    public Task Woken => woken.Task;

    /// <summary>Counts what was appended to one of its partitions.</summary>
    public void Appended(int bytes)
    {
        if (Interlocked.Add(ref missing, -bytes) <= 0) Wake();
    }

    public void Wake() => woken.TrySetResult();
}
