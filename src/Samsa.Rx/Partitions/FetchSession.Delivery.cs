using System.Runtime.CompilerServices;
using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <content>What those who deliver see of it: one of them, one batch at a time.</content>
sealed partial class FetchSession
{
    /// <summary>How many bytes of records lie ready or are being delivered.</summary>
    public long ReadyBytes
    {
        get
        {
            lock (gate) return ready.Bytes;
        }
    }

    /// <summary>Waits until something can be taken.</summary>
    /// <returns>False: there is no more, because everything was read or the session was stopped.</returns>
    /// <exception cref="Exception">The reading failed. It is thrown after everything before it was taken.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitAsync(CancellationToken ct)
    {
        while (true)
        {
            lock (gate)
            {
                if (stopped) return false;
                if (!ready.IsEmpty) return true;
                if (fault is not null) throw fault();
                if (complete && open == 0) return false;
            }

            await output.WaitAsync(ct);
        }
    }

    /// <summary>Takes the next batch of the partition whose turn it is.</summary>
    public bool TryTake(out ReadyBatch batch)
    {
        lock (gate)
        {
            if (stopped || !ready.TryTake(out batch))
            {
                batch = default;
                return false;
            }

            if (!batch.IsEnd || batch.Reader.Observer is not null) return true;
            fault ??= batch.Fault;
            ready.Clear();
            return false;
        }
    }

    /// <summary>Says that a batch is delivered, so that its place can be used again.</summary>
    public void Return(in ReadyBatch batch)
    {
        lock (gate)
        {
            var room = ready.Return(batch);
            if (batch.IsEnd) Close(batch.Reader);
            else HoldIfOver(batch.Reader);
            EndIfDone(batch.Reader);
            if (room == Room.ForThePartition) batch.Reader.Broker?.Wake.Set();
            else if (room == Room.ForAll)
                foreach (var broker in brokers.Values)
                    broker.Wake.Set();
        }

        Moved();
    }

    /// <summary>The error that the reading ended with, made anew; null when there is none.</summary>
    public Exception? Failure
    {
        get
        {
            lock (gate) return fault?.Invoke();
        }
    }

    /// <summary>
    /// The bytes of a batch are as they were sent, but no sense can be made of its records. Fetching it again would change nothing.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="next">The offset of the first record that was not delivered, at least.</param>
    /// <param name="damage">What is wrong.</param>
    public void Spoiled(in ReadyBatch batch, long next, CorruptBatchException damage)
    {
        var id = batch.Reader.Id;
        if (Options.OnCorrupt == CorruptPolicy.Skip)
        {
            Tell(new BatchSkipped(Events.Now, id.Topic, id.Partition, next, batch.Next, damage));
            return;
        }

        lock (gate)
        {
            fault ??= () => new CorruptRecordException(id.Topic, id.Partition, damage.Offset, damage.Reason, damage);
            ready.Clear();
        }
    }

    /// <summary>Who is called for each record threw.</summary>
    public void ObserverFailed(string observed, Exception error)
    {
        log.LogError(error, "The observer of {Observed} threw; its reading has ended", observed);
        Tell(new ObserverFailed(Events.Now, observed, error));
    }
}
