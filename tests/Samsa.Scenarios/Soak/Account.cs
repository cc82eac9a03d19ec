using System.Collections;

namespace Samsa.Scenarios.Soak;

/// <summary>The account of one writer, held against the log.</summary>
sealed class Account(Ledger ledger, Facts facts)
{
    readonly byte[] copies = new byte[ledger.Count];
    readonly BitArray isInPlace = new(ledger.Count);
    int last;

    public Ledger Ledger => ledger;

    /// <summary>Persisted by word of the leader alone, and not in the log.</summary>
    public int Lost { get; private set; }

    /// <summary>In the log more than once.</summary>
    public int Doubled { get; private set; }

    /// <summary>Persisted, and the broker had forgotten where.</summary>
    public int Unplaced { get; private set; }

    /// <summary>Unknown, and in the log.</summary>
    public int UnknownThere { get; private set; }

    public bool Wrote(Mark mark) => mark.Writer == ledger.Writer && mark.Number < copies.Length && mark.Number >= 0;

    public void EnterPartition() => last = -1;

    public void Found(int number, int partition, long offset)
    {
        var told = ledger[number];
        var isFirst = copies[number] == 0;
        if (copies[number] < byte.MaxValue) copies[number]++;
        if (told.Outcome is Outcome.Persisted && told.Partition == partition && told.Offset == offset) isInPlace[number] = true;
        if (told.Outcome is Outcome.NotPersisted) facts.Add(Laws.Denied, $"{Name(number)} is at {partition}@{offset}");
        if (told.Outcome is Outcome.Unknown && isFirst) UnknownThere++;
        if (!isFirst) Repeated(number, partition, offset);
        if (isFirst && MustBeInOrder(told)) Order(number, partition, offset);
    }

    public void Close()
    {
        for (var number = 0; number < copies.Length; number++)
        {
            var told = ledger[number];
            if (told.Outcome is null) facts.Add(Laws.Silent, Name(number));
            if (told.Outcome is not Outcome.Persisted) continue;
            if (copies[number] == 0) Missing(number);
            else if (told.Offset < 0 && ledger.Promise is not Promise.AtMostOnce) Unplaced++;
            else if (!isInPlace[number] && ledger.Promise is Promise.ExactlyOnce or Promise.AtLeastOnce) facts.Add(Laws.Moved, $"{Name(number)} is somewhere else");
        }
    }

    void Missing(int number)
    {
        Lost++;
        if (ledger.Promise is Promise.ExactlyOnce or Promise.AtLeastOnce) facts.Add(Laws.Lost, Name(number));
    }

    void Repeated(int number, int partition, long offset)
    {
        Doubled++;
        if (ledger.Promise is Promise.ExactlyOnce or Promise.AtMostOnce) facts.Add(Laws.Doubled, $"{Name(number)} is at {partition}@{offset} again");
    }

    void Order(int number, int partition, long offset)
    {
        if (number < last) facts.Add(Laws.Ordered, $"{Name(number)} is at {partition}@{offset}, behind record {last}");
        last = Math.Max(last, number);
    }

    // Without numbers, a try that nobody heard of again may come to the log after those that followed it.
    bool MustBeInOrder(Entry told) => ledger.Promise switch
    {
        Promise.ExactlyOnce or Promise.AtMostOnce => true,
        Promise.AtLeastOnce => told.Outcome is Outcome.Persisted,
        _ => false,
    };

    string Name(int number) => $"record {number} of {ledger.Name}, {ledger[number]},";
}
