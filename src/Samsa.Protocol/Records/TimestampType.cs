namespace Samsa.Protocol.Records;

/// <summary>Whose clock the timestamps of a batch are from: bit 3 of its attributes.</summary>
public enum TimestampType : byte
{
    /// <summary>The producer's, when the record was made.</summary>
    Create = 0,

    /// <summary>The broker's, when the record was appended.</summary>
    LogAppend = 1,
}
