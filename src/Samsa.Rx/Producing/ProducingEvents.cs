namespace Samsa.Rx;

/// <summary>Records were given up: they are not written, or nobody knows whether they are.</summary>
/// <param name="At">When.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Records">How many.</param>
/// <param name="Error">Why, and what is known of them.</param>
public sealed record DeliveryFailed(DateTimeOffset At, string Topic, int Partition, int Records, PublishException Error) : KafkaEvent(At);

/// <summary>
/// A connection ended over which records went out with <see cref="Acks.None"/>: the broker had not shown yet that it had read these, and nobody knows
/// whether it did. They are not sent again.
/// </summary>
/// <param name="At">When.</param>
/// <param name="Broker">The broker.</param>
/// <param name="Records">How many at most.</param>
public sealed record RecordsPossiblyLost(DateTimeOffset At, string Broker, long Records) : KafkaEvent(At);

/// <summary>
/// An answer told of a partition that was not asked about, or of one twice: the first word on each that was asked counts, the others were passed over. The
/// second such answer on a connection closes it.
/// </summary>
/// <param name="At">When.</param>
/// <param name="Broker">The broker.</param>
/// <param name="Api">What was asked.</param>
/// <param name="About">The first topic and partition that were too much.</param>
public sealed record UnaskedAnswer(DateTimeOffset At, string Broker, string Api, string About) : KafkaEvent(At);

/// <summary>Nobody took the reports of refused records for too long, so some of these reports were dropped.</summary>
/// <param name="At">When.</param>
/// <param name="Topic">The topic.</param>
public sealed record ReportsDropped(DateTimeOffset At, string Topic) : KafkaEvent(At);
