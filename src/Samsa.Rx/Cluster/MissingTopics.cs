namespace Samsa.Rx;

/// <summary>Remembers for how long topics that were there are missing in the answers.</summary>
sealed class MissingTopics(TimeProvider clock)
{
    /// <summary>One broker may lag; so many answers in a row do not.</summary>
    const int Answers = 3;

    /// <summary>And not for so long.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    readonly Dictionary<string, (int Times, long Since)> missing = new(StringComparer.Ordinal);

    public void Found(string topic) => missing.Remove(topic);

    /// <summary>The topic is missing once more. Whether it has been for long enough to be believed.</summary>
    public bool IsGone(string topic)
    {
        var (times, since) = missing.TryGetValue(topic, out var before) ? before : (0, clock.GetTimestamp());
        missing[topic] = (times + 1, since);
        if (times + 1 < Answers || clock.GetElapsedTime(since) < Grace) return false;
        missing.Remove(topic);
        return true;
    }
}
