namespace Samsa.Rx;

/// <content>
/// Numbers of an idempotent producer. A broker appends a batch only if its number follows that of the batch before it, and answers 46 or success
/// with the old offset to one that it has already. So a batch keeps its number for as long as it might have been written with it:
/// <list type="bullet">
/// <item>Whatever becomes of a batch (refused, expired), those after it keep theirs and are sent. If it was written after all, they fit.</item>
/// <item>If it was not, the broker answers 45 to them. To the first batch that is not settled this says for certain that neither it nor
/// anything behind it is in the log: only then the partition begins a new epoch and numbers what is left from 0 (KIP-360).</item>
/// <item>Another topic of the same name has no numbers of ours yet: there all begins anew, too, behind what might be in it already.</item>
/// <item>That is certain only while the broker still remembers the batch, had it been written. An old leader that was halted may owe its answer
/// for long, and the new leader take what comes behind: never more than what leaves the first one among those remembered.</item>
/// </list>
/// </content>
sealed partial class PartitionLane
{
    /// <summary>How many batches of a producer a broker knows again in each partition (Kafka's <c>ProducerStateEntry</c>).</summary>
    const int Remembered = 5;

    SequenceNumbers numbers = new();
    bool startsAnew, topicIsAnother;

    /// <summary>The epoch that the batches of this partition carry.</summary>
    public (long Id, short Epoch) Numbers => (numbers.ProducerId, numbers.Epoch);

    // The first batch of an epoch goes alone: as long as a broker knows nothing of the producer it accepts any number,
    // so a second one could be appended though the first was refused.
    int MostInFlight(in Terms terms) => terms.Identity is not null && !numbers.Established ? 1 : terms.MostInFlight;

    // Whether a batch so many places behind the first one that is not settled would make brokers forget that one.
    static bool WouldBury(int place, in Terms terms) => terms.Identity is not null && place >= Remembered;

    /// <summary>Gives the batch its number.</summary>
    /// <returns>False: a new producer id is needed first.</returns>
    bool TryNumber(OutgoingBatch batch, in Terms terms)
    {
        if (terms.Identity is not { } identity || batch.Magic < 2) return true;
        if (topicIsAnother && !AnyMayBeWritten())
            (startsAnew, topicIsAnother) = (startsAnew || numbers.ProducerId >= 0, false);
        if (startsAnew)
        {
            if (numbers.IsSpent && numbers.ProducerId == identity.Id)
            {
                producer.Identities.Spent(identity);
                return false;
            }

            for (var left = head; left is not null; left = left.Next) left.Sequence = -1;
            if (numbers.IsSpent) numbers.Begin(identity);
            else numbers.BeginEpoch();
            startsAnew = false;
        }
        else if (numbers.ProducerId < 0 || numbers.ProducerId != identity.Id && !AnyNumbered())
        {
            numbers.Begin(identity);
        }

        if (batch.Sequence < 0) batch.Sequence = numbers.Take(batch.Count);
        return true;
    }

    // By its name a batch may have come into the other topic already: it is sent there under the number it had, and those behind it begin anew.
    bool AnyMayBeWritten()
    {
        for (var batch = head; batch is not null; batch = batch.Next)
            if (batch is { State: not BatchState.Settled, MayBeWritten: true })
                return true;
        return false;
    }

    bool AnyNumbered()
    {
        for (var batch = head; batch is not null; batch = batch.Next)
            if (batch.Sequence >= 0)
                return true;
        return false;
    }
}
