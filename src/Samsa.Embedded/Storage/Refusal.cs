using Samsa.Protocol;

namespace Samsa.Embedded.Storage;

/// <summary>Why nothing of what a producer sent for a partition was stored.</summary>
/// <param name="Error">The error the producer is answered.</param>
/// <param name="Message">In words, for the versions that carry them.</param>
/// <param name="Records">Which records of the batch are at fault, by index; empty when it is the batch.</param>
sealed record Refusal(ErrorCode Error, string Message, IReadOnlyList<int> Records)
{
    public Refusal(ErrorCode error, string message)
        : this(error, message, [])
    {
    }
}
