namespace Samsa.ZooKeeper;

/// <summary>Why a connection ended.</summary>
/// <param name="Why">For people.</param>
/// <param name="Error">What was thrown, if anything.</param>
sealed record Ending(string Why, Exception? Error = null)
{
    /// <summary>Whether the server did not believe who we are.</summary>
    public bool IsAuthFailure { get; init; }

    /// <summary>What is told to who waits for an answer that will not come.</summary>
    public ZooKeeperException Failure(Ask ask) => IsAuthFailure
        ? new(ZooKeeperError.AuthFailed, ask.Asked)
        : new(ZooKeeperError.ConnectionLoss, ask.Asked, $"{Why} before the answer came; it may have been done, read before trying again", Error)
        {
            IsOutcomeUnknown = true,
        };
}
