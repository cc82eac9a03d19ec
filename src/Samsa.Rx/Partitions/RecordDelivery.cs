using System.Runtime.ExceptionServices;
using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>
/// The pump of one subscription: takes batches from its session and calls the observer for each record, one after the other, on one
/// task of its own and under no lock.
/// </summary>
/// <remarks>
/// What the observer throws and what reading throws are kept apart: the first ends the reading and is told where somebody sees it, the
/// second is what the observer is told.
/// </remarks>
sealed class RecordDelivery(FetchSession session, IObserver<KafkaRecord> observer, string observed) : IDisposable
{
    volatile bool quiet;
    Exception? thrown;

    /// <summary>Delivers until everything is read, until it is disposed or cancelled, or until the reading or the observer fails.</summary>
    /// <param name="ct">Ends it gracefully: the record that is being delivered is the last one.</param>
    /// <exception cref="Exception">The reading failed, and the observer was told; or the observer failed.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        using var registered = ct.UnsafeRegister(static delivery => ((RecordDelivery)delivery!).Dispose(), this);
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
            if (!quiet) Call(() => observer.OnError(error));
            // Whoever waits for the task gets an exception of his own.
            throw session.Failure ?? error;
        }
        finally
        {
            session.Stop();
        }

        if (!quiet) Call(observer.OnCompleted);
        if (thrown is not null) ExceptionDispatchInfo.Throw(thrown);
    }

    /// <summary>No more calls. Prompt, and from inside a call nothing follows it.</summary>
    public void Dispose()
    {
        quiet = true;
        session.Stop();
    }

    /// <summary>The inner loop: nothing is allocated in it, and nothing is looked at twice.</summary>
    void Deliver(in ReadyBatch ready)
    {
        var (batch, from, until) = (ready.Batch, ready.From, ready.Until);
        var next = from;
        var isCalling = false;
        var frame = batch.Frame;
        frame?.Lend();
        try
        {
            var records = batch.GetRecords();
            while (records.MoveNext())
            {
                ref readonly var entry = ref records.Current;
                if (entry.Offset < from) continue;
                if (entry.Offset >= until || quiet) return;
                isCalling = true;
                observer.OnNext(new KafkaRecord(batch, entry));
                isCalling = false;
                next = entry.Offset + 1;
            }
        }
        catch (CorruptBatchException damage) when (!isCalling)
        {
            session.Spoiled(ready, next, damage);
        }
        catch (Exception error)
        {
            Failed(error);
        }
        finally
        {
            frame?.TakeBack();
        }
    }

    void Call(Action call)
    {
        try
        {
            call();
        }
        catch (Exception error)
        {
            Failed(error);
        }
    }

    /// <summary>The observer threw: nobody is told by the contract of Rx, so everybody is told who could be.</summary>
    void Failed(Exception error)
    {
        thrown ??= error;
        Dispose();
        session.ObserverFailed(observed, error);
    }
}
