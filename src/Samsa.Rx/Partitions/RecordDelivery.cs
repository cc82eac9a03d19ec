using System.Runtime.ExceptionServices;

namespace Samsa.Rx;

/// <summary>
/// The pump of one reading: takes batches from its session and calls, for each record, the observer of its partition, one after the other, on one task of its own
/// and under no lock.
/// </summary>
/// <param name="session">Where the batches come from.</param>
/// <param name="observed">What is read, for the log.</param>
/// <param name="ended">Told how the reading ended: with an error, or without.</param>
/// <remarks>
/// What an observer throws and what reading throws are kept apart: the first ends the reading and is told where somebody sees it, the
/// second is what the observer is told.
/// </remarks>
sealed class RecordDelivery(FetchSession session, string observed, Action<Exception?> ended)
{
    Exception? thrown;
    Func<Exception>? failure;

    /// <summary>Delivers until everything is read, until the session is stopped, or until the reading or an observer fails.</summary>
    /// <exception cref="Exception">The reading failed, and the observers were told; or one of them threw.</exception>
    public async Task RunAsync()
    {
        try
        {
            while (await session.WaitAsync(CancellationToken.None))
            {
                while (session.TryTake(out var batch))
                {
                    Deliver(batch);
                    session.Return(batch);
                }
            }
        }
        catch (Exception error)
        {
            Call(() => ended(error));
            session.Stop();
            // Whoever waits for the task gets an exception of his own.
            throw session.Failure ?? error;
        }

        Call(() => ended(null));
        session.Stop();
        if (thrown is not null) ExceptionDispatchInfo.Throw(thrown);
        if (failure is not null) throw failure();
    }

    void Deliver(in ReadyBatch ready)
    {
        if (ready.Reader.IsGone) return;
        if (!ready.IsEnd) DeliverRecords(ready);
        else if (ready.Fault is { } fault) Fail(ready.Reader.Observer!, fault);
        else Call(ready.Reader.Observer!.OnCompleted);
    }

    void DeliverRecords(in ReadyBatch ready)
    {
        var reader = ready.Reader;
        var feed = new RecordFeed(ready);
        var frame = ready.Batch.Frame;
        frame?.Lend();
        try
        {
            reader.Observer!.OnAll(ref feed);
        }
        catch (Exception error)
        {
            Threw(error);
            return;
        }
        finally
        {
            frame?.TakeBack();
        }

        if (feed.Damage is { } damage) session.Spoiled(ready, feed.Next, damage);
        // Whoever left it in the middle may not have given the partition up yet.
        else if (feed.IsAtEnd && !reader.IsGone && !session.Abandoned.IsCancellationRequested) reader.Origin.SkipTo(ready.DoneAt);
    }

    /// <summary>One partition cannot be read on. What that means for the others is not decided here.</summary>
    void Fail(IObserver<KafkaRecord> observer, Func<Exception> fault)
    {
        Call(() => observer.OnError(fault()));
        if (session.IsStopped) failure = fault;
    }

    void Call(Action call)
    {
        try
        {
            call();
        }
        catch (Exception error)
        {
            Threw(error);
        }
    }

    /// <summary>The observer threw: nobody is told by the contract of Rx, so everybody is told who could be.</summary>
    void Threw(Exception error)
    {
        thrown ??= error;
        session.Stop();
        session.ObserverFailed(observed, error);
    }
}
