namespace Samsa.Rx;

/// <summary>Who wants to know how records end.</summary>
/// <param name="numbered">Whether it tells its records apart by the numbers it gave them.</param>
abstract class Receiver(bool numbered)
{
    /// <summary>Whether the numbers of its records matter.</summary>
    public readonly bool Numbered = numbered;

    /// <summary>
    /// A run of records of one batch has ended. Called outside of every lock and, for one partition, in the order of its records.
    /// Must return at once: it may not run anybody else's code.
    /// </summary>
    public abstract void Settled(OutgoingBatch batch, in Run run);

    /// <summary>A record ended before it was in a batch that was sent. As <see cref="Settled"/>.</summary>
    public abstract void Refused(PublishException why, in ProducerRecord record, int number);
}

/// <summary>Records that follow each other in a batch and belong to one receiver.</summary>
struct Run
{
    /// <summary>Who is told.</summary>
    public Receiver Receiver;

    /// <summary>The index of the first in the batch.</summary>
    public int First;

    /// <summary>How many there are.</summary>
    public int Count;

    /// <summary>The receiver's own number for the first; those of the others follow it.</summary>
    public int Number;

    public readonly int End => First + Count;
}
