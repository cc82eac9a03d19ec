namespace Samsa.Rx;

/// <summary>Records were given up: they are not written, or nobody knows whether they are.</summary>
/// <param name="At">When.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Records">How many.</param>
/// <param name="Error">Why, and what is known of them.</param>
public sealed record DeliveryFailed(DateTimeOffset At, string Topic, int Partition, int Records, PublishException Error) : KafkaEvent(At);

/// <summary>Nobody took the reports of refused records for too long, so some of these reports were dropped.</summary>
/// <param name="At">When.</param>
/// <param name="Topic">The topic.</param>
public sealed record ReportsDropped(DateTimeOffset At, string Topic) : KafkaEvent(At);
