namespace Samsa.Rx;

/// <summary>How windows over the time of events are cut, and when they are over. Change single things with <c>with</c>.</summary>
public sealed record EventWindowOptions
{
    /// <summary>How long a window is. Windows begin at the full multiples of <see cref="Slide"/> since 1970, as those of Kafka Streams.</summary>
    public required TimeSpan Size { get; init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromDays(3650)); }

    /// <summary>After how long the next window begins; null for <see cref="Size"/>: then each element belongs to one window, otherwise to several.</summary>
    public TimeSpan? Slide
    {
        get;
        init => field = value is { } some ? Option.Between(TimeSpan.FromMilliseconds(1), some, TimeSpan.FromDays(3650)) : null;
    }

    /// <summary>How much earlier than the latest of its partition an element may be and still find its window open.</summary>
    public TimeSpan Lateness { get; init => field = Option.Between(TimeSpan.Zero, value, TimeSpan.FromDays(3650)); }

    /// <summary>
    /// How far ahead of the scheduler's clock a time is believed; an element beyond it is told at once as an <see cref="EarlyElement{TSource, TKey, TResult}"/>. Null, the
    /// default, believes every time, as Flink and Kafka Streams do: then one element whose clock is wrong by a year makes all that come after it late for a year.
    /// </summary>
    public TimeSpan? Ahead { get; init => field = value is { } some ? Option.Between(TimeSpan.Zero, some, TimeSpan.FromDays(3650)) : null; }

    /// <summary>
    /// The partitions that are waited for: no window is over before each of them has given something, or was idle. Null for those that
    /// have given something; then what a partition gives that is read later than others may come late.
    /// </summary>
    public IReadOnlyList<int>? Partitions { get; init; }

    /// <summary>How long a partition that gives nothing holds up the others.</summary>
    public TimeSpan Idle { get; init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromDays(365)); } = TimeSpan.FromSeconds(30);

    /// <summary>How many elements open windows may hold, each counted once for each of its windows. One more ends the stream.</summary>
    /// <remarks>They are not acknowledged before their window is over, so what may be in flight from the source must be more.</remarks>
    public int Capacity { get; init => field = Option.Between(1, value, int.MaxValue); } = 100_000;

    internal TimeSpan Step => Slide ?? Size;

    internal EventWindowOptions Checked() => Step <= Size
        ? this
        : throw new ArgumentException($"Slide is {Slide} and Size is {Size}: what lies between two windows would be in none.", nameof(EventWindowOptions));
}
