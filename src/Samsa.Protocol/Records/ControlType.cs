namespace Samsa.Protocol.Records;

/// <summary>What the marker in a control batch says. Kafka: <c>ControlRecordType.java</c>.</summary>
public enum ControlType
{
    /// <summary>Nothing: the marker was compacted away, is not legible, or the batch is not one of control.</summary>
    None = -1,

    /// <summary>The open transaction of the producer is aborted.</summary>
    Abort = 0,

    /// <summary>The open transaction of the producer is committed.</summary>
    Commit = 1,

    /// <summary>Another kind (leader change, snapshot, KRaft version, or one from the future): of no interest to a client.</summary>
    Other = 2,
}
