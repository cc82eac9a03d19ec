namespace Samsa.Scenarios.Soak;

/// <summary>What a way of writing promises for a record that was reported as persisted. Not persisted always means: not in the log.</summary>
enum Promise
{
    /// <summary>It is in the log once, at the reported offset; and whatever of the writer is in a partition is there in its order, once.</summary>
    ExactlyOnce,

    /// <summary>It is in the log, and one copy at the reported offset; the first copies are in order.</summary>
    AtLeastOnce,

    /// <summary>It may be lost with its leader, and may be doubled.</summary>
    WhileTheLeaderLives,

    /// <summary>It may be lost on the way, and is never doubled.</summary>
    AtMostOnce,
}
