using System.Runtime.ExceptionServices;
using Samsa.Protocol.Records;

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

    /// <summary>The inner loop: nothing is allocated in it, and nothing is looked at twice.</summary>
    void DeliverRecords(in ReadyBatch ready)
    {
        var (batch, from, until) = (ready.Batch, ready.From, ready.Until);
        var (reader, observer) = (ready.Reader, ready.Reader.Observer!);
        var next = from;
        var isCalling = false;
        var frame = batch.Frame;
        // The whole batch in one turn of whoever merges the partitions.
        var turn = observer as ITurnHolder;
        if (turn is not null && !turn.Hold()) return;
        frame?.Lend();
        try
        {
            var records = batch.GetRecords();
            while (records.MoveNext())
            {
                ref readonly var entry = ref records.Current;
                if (entry.Offset < from) continue;
                if (reader.IsGone) return;
                if (entry.Offset >= until) break;
                isCalling = true;
                observer.OnNext(new KafkaRecord(batch, entry));
                isCalling = false;
                next = entry.Offset + 1;
            }

            if (!reader.IsGone) reader.Origin.SkipTo(ready.Next);
        }
        catch (CorruptBatchException damage) when (!isCalling)
        {
            session.Spoiled(ready, next, damage);
        }
        catch (Exception error)
        {
            Threw(error);
        }
        finally
        {
            frame?.TakeBack();
            LetGo(turn);
        }
    }

    /// <summary>What was left for whoever has the turn may throw, too.</summary>
    void LetGo(ITurnHolder? turn)
    {
        try
        {
            turn?.LetGo();
        }
        catch (Exception error)
        {
            Threw(error);
        }
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
