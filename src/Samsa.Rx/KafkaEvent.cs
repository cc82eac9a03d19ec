namespace Samsa.Rx;

/// <summary>Something that happened and was dealt with: nobody needs to act, somebody may want to know.</summary>
/// <param name="At">When.</param>
public abstract record KafkaEvent(DateTimeOffset At);

/// <summary>A connection to a broker is open and its versions are negotiated.</summary>
/// <param name="At">When.</param>
/// <param name="Broker">The broker: its node id when it is known, and its address.</param>
/// <param name="Speaks">How its versions were learned.</param>
public sealed record BrokerConnected(DateTimeOffset At, string Broker, string Speaks) : KafkaEvent(At);

/// <summary>A connection ended.</summary>
/// <param name="At">When.</param>
/// <param name="Broker">The broker.</param>
/// <param name="Why">What ended it.</param>
/// <param name="Error">The error, unless it ended in peace.</param>
public sealed record BrokerDisconnected(DateTimeOffset At, string Broker, string Why, Exception? Error) : KafkaEvent(At);

/// <summary>A broker could not be reached; the next try waits.</summary>
/// <param name="At">When.</param>
/// <param name="Broker">The broker.</param>
/// <param name="Error">Why.</param>
/// <param name="NextTryIn">How long the next try waits at least.</param>
public sealed record BrokerUnreachable(DateTimeOffset At, string Broker, Exception Error, TimeSpan NextTryIn) : KafkaEvent(At);

/// <summary>A broker asked for silence, as its quotas want it (KIP-219).</summary>
/// <param name="At">When.</param>
/// <param name="Broker">The broker.</param>
/// <param name="Api">Whose answer said so.</param>
/// <param name="Quiet">How long nothing is sent on that connection.</param>
public sealed record BrokerThrottled(DateTimeOffset At, string Broker, string Api, TimeSpan Quiet) : KafkaEvent(At);

/// <summary>A request failed in a way that lets it be tried again, and it will be.</summary>
/// <param name="At">When.</param>
/// <param name="Api">What was asked.</param>
/// <param name="About">What it was about: a topic, a partition, a broker.</param>
/// <param name="Error">Why it failed.</param>
public sealed record RequestRetried(DateTimeOffset At, string Api, string About, Exception Error) : KafkaEvent(At);

/// <summary>A broker was asked for the state of the cluster, and it answered.</summary>
/// <param name="At">When.</param>
/// <param name="Why">Who wanted to know.</param>
/// <param name="View">The number of the view after it.</param>
/// <param name="Changed">Whether anything differed from the view before.</param>
public sealed record MetadataRefreshed(DateTimeOffset At, string Why, long View, bool Changed) : KafkaEvent(At);

/// <summary>Nobody could be asked for the state of the cluster, or the answer was of no use; the last view stays.</summary>
/// <param name="At">When.</param>
/// <param name="Why">Who wanted to know.</param>
/// <param name="Error">What was wrong.</param>
public sealed record MetadataFailed(DateTimeOffset At, string Why, Exception Error) : KafkaEvent(At);

/// <summary>A topic that is in use is not there.</summary>
/// <param name="At">When.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Error">What the brokers say about it.</param>
public sealed record TopicMissing(DateTimeOffset At, string Topic, ErrorCode Error) : KafkaEvent(At);

/// <summary>A topic was deleted and created again under the same name: it is another topic now.</summary>
/// <param name="At">When.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Before">Its id before.</param>
/// <param name="Now">Its id now.</param>
public sealed record TopicRecreated(DateTimeOffset At, string Topic, Guid Before, Guid Now) : KafkaEvent(At);

/// <summary>An observer threw from <c>OnNext</c>; its subscription has ended.</summary>
/// <param name="At">When.</param>
/// <param name="Observed">What it observed.</param>
/// <param name="Error">What it threw.</param>
public sealed record ObserverFailed(DateTimeOffset At, string Observed, Exception Error) : KafkaEvent(At);

/// <summary>An observer of the events was too slow, and the oldest of those that waited for it were dropped.</summary>
/// <param name="At">When.</param>
/// <param name="Count">How many.</param>
public sealed record EventsDropped(DateTimeOffset At, long Count) : KafkaEvent(At);

/// <summary>A node in ZooKeeper has something else in it than brokers write there. It is passed over.</summary>
/// <param name="At">When.</param>
/// <param name="Path">The path of the node, below the chroot.</param>
/// <param name="Why">What is wrong with it.</param>
public sealed record ZooKeeperNodeUnreadable(DateTimeOffset At, string Path, string Why) : KafkaEvent(At);
