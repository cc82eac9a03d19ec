namespace Samsa.Embedded;

#pragma warning disable CA1707 // The underscores stand for the dots of a version number; V0102 would read as something else.

/// <summary>Which Kafka the embedded brokers behave like: what they advertise, how they refuse, in which format they store.</summary>
public enum KafkaProfile
{
    /// <summary>
    /// Kafka 0.8.2: message format 0; closes the connection on ApiVersions and on every API it does not know, and reads
    /// any version of those it knows as version 0.
    /// </summary>
    V0_8_2,

    /// <summary>Kafka 0.10.2: message format 1, ApiVersions 0, topics can be created and deleted by request.</summary>
    V0_10_2,

    /// <summary>Kafka 1.1: record batches (format 2), idempotent producers, fetch sessions.</summary>
    V1_1,

    /// <summary>Kafka 3.9 with ZooKeeper: flexible versions, topic ids, still converts down for old fetch versions.</summary>
    V3_9,

    /// <summary>Kafka 4.3: the old request versions are gone (KIP-896), nothing is converted down any more.</summary>
    V4_3,
}
