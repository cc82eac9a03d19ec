namespace Samsa.Rx;

/// <summary>Who wants to know how records end.</summary>
interface IReceiver
{
    /// <summary>Whether it tells its records apart by the numbers it gave them. Never changes.</summary>
    bool IsNumbered { get; }

    /// <summary>
    /// A run of records of one batch has ended. Called outside of every lock and, for one partition, in the order of its records.
    /// Must return at once: it may not run anybody else's code.
    /// </summary>
    void Settled(OutgoingBatch batch, in Run run);

    /// <summary>A record ended before it was in a batch that was sent. As <see cref="Settled"/>.</summary>
    void Refused(PublishException why, in ProducerRecord record, int number);
}

/// <summary>Records that follow each other in a batch and belong to one receiver.</summary>
struct Run
{
    /// <summary>Who is told.</summary>
    public IReceiver Receiver;

    /// <summary>The index of the first in the batch.</summary>
    public int First;

    /// <summary>How many there are.</summary>
    public int Count;

    /// <summary>The receiver's own number for the first; those of the others follow it.</summary>
    public int Number;

    /// <summary>Whether the numbers matter, so that not each record has to ask.</summary>
    public bool IsNumbered;

    public readonly int End => First + Count;
}
