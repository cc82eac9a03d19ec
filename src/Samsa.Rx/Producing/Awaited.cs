namespace Samsa.Rx;

/// <summary>One record whose end somebody awaits.</summary>
/// <remarks>It is its own source: there is one for each record, so each object counts.</remarks>
sealed class AwaitedRecord() : TaskCompletionSource<Published>(TaskCreationOptions.RunContinuationsAsynchronously), IReceiver
{
    public bool IsNumbered => false;

    public void Settled(OutgoingBatch batch, in Run run)
    {
        var report = batch.ReportOf(run.First);
        if (report.Error is { } error) TrySetException(error.Again());
        else TrySetResult(report.AsPublished());
    }

    public void Refused(PublishException why, in ProducerRecord record, int number) => TrySetException(why);
}

/// <summary>Several records whose end is awaited together: one task for all of them.</summary>
sealed class AwaitedList(int count) : IReceiver
{
    readonly TaskCompletionSource<IReadOnlyList<Published>> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Published[] published = new Published[count];
    readonly Lock gate = new();
    int left = count;
    int failedAt = int.MaxValue;
    PublishException? failure;

    public bool IsNumbered => true;

    public Task<IReadOnlyList<Published>> Task => end.Task;

    public void Settled(OutgoingBatch batch, in Run run)
    {
        lock (gate)
        {
            for (var i = 0; i < run.Count; i++)
            {
                var report = batch.ReportOf(run.First + i);
                if (report.Error is { } error) Failed(error.Again(), run.Number + i);
                else published[run.Number + i] = report.AsPublished();
            }

            Left(run.Count);
        }
    }

    public void Refused(PublishException why, in ProducerRecord record, int number)
    {
        lock (gate)
        {
            Failed(why, number);
            Left(1);
        }
    }

    void Failed(PublishException error, int number)
    {
        if (number < failedAt) (failedAt, failure) = (number, error);
    }

    void Left(int fewer)
    {
        if ((left -= fewer) > 0) return;
        if (failure is null) end.TrySetResult(published);
        else end.TrySetException(failure);
    }
}
