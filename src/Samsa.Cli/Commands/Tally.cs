using Samsa.Cli.Output;
using Samsa.Rx;

namespace Samsa.Cli.Commands;

/// <summary>Follows the reports: has each printed if that is wanted, and keeps the first error.</summary>
sealed class Tally(ReportLines? lines) : IObserver<DeliveryReport>
{
    long notPersisted;

    /// <summary>How many records were told to be not persisted.</summary>
    public long NotPersisted => Volatile.Read(ref notPersisted);

    /// <summary>Why the first record that failed did.</summary>
    public PublishException? FirstError { get; private set; }

    public void OnNext(DeliveryReport value)
    {
        lines?.Write(value);
        FirstError ??= value.Error;
        if (value.Outcome is Outcome.NotPersisted) Volatile.Write(ref notPersisted, notPersisted + 1);
    }

    public void OnError(Exception error)
    {
    }

    public void OnCompleted()
    {
    }
}
