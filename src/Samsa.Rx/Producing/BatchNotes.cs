namespace Samsa.Rx;

/// <summary>What is kept of each record of a batch besides its wire form: its time, its tag, and who wants to know how it ends.</summary>
sealed class BatchNotes(BufferBudget budget)
{
    const int FirstRecords = 16;

    /// <summary>Arrays up to this length stay for the next batch.</summary>
    const int MostKept = 8 * 1024;

    const int BytesPerRecord = 2 * sizeof(long);

    Run[] runs = [];
    int runCount;
    long[] timestamps = [];
    long[] tags = [];
    int paid;

    public long TimestampOf(int index) => timestamps[index];

    public long TagOf(int index) => tags[index];

    public void Add(int index, long timestamp, long tag, IReceiver receiver, int number)
    {
        if (index >= paid) Pay();
        timestamps[index] = timestamp;
        tags[index] = tag;
        if (runCount > 0)
        {
            ref var last = ref runs[runCount - 1];
            if (ReferenceEquals(last.Receiver, receiver) && (!last.IsNumbered || number == last.Number + last.Count))
            {
                last.Count++;
                return;
            }
        }

        if (runCount == runs.Length) Array.Resize(ref runs, Math.Max(4, 2 * runCount));
        runs[runCount++] = new Run { Receiver = receiver, First = index, Count = 1, Number = number, IsNumbered = receiver.IsNumbered };
    }

    public void CopyTo(BatchNotes other, int at, int first, int count)
    {
        if (count == 0) return;
        var run = RunOf(first);
        for (var i = first; i < first + count; i++)
        {
            while (i >= runs[run].End) run++;
            other.Add(at++, timestamps[i], tags[i], runs[run].Receiver, runs[run].Number + i - runs[run].First);
        }
    }

    public void Tell(OutgoingBatch batch)
    {
        for (var i = 0; i < runCount; i++) runs[i].Receiver.Settled(batch, runs[i]);
    }

    public void Refuse(int index, PublishException why)
    {
        ref var run = ref runs[RunOf(index)];
        var record = new ProducerRecord { Tag = tags[index], Timestamp = timestamps[index], Partition = why.Partition };
        run.Receiver.Refused(why, record, run.Number + index - run.First);
    }

    public void Clear()
    {
        Array.Clear(runs, 0, runCount);
        runCount = 0;
        if (timestamps.Length > MostKept) (timestamps, tags) = ([], []);
        budget.Return((long)BytesPerRecord * paid);
        paid = 0;
    }

    int RunOf(int index)
    {
        var run = 0;
        while (index >= runs[run].End) run++;
        return run;
    }

    // Paid for even when the budget is empty: the record is in the batch already.
    void Pay()
    {
        var records = Math.Max(FirstRecords, 2 * paid);
        if (records > timestamps.Length)
        {
            Array.Resize(ref timestamps, records);
            Array.Resize(ref tags, records);
        }

        budget.Take((long)BytesPerRecord * (records - paid));
        paid = records;
    }
}
