namespace Samsa.Rx;

/// <summary>How one record ended. Reports of one partition come in the order of its records.</summary>
/// <param name="Outcome">What is known of it.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition; −1 when it never got one.</param>
/// <param name="Offset">Where it is in the partition; −1 when that is not known.</param>
/// <param name="Timestamp">The time stored with it, in milliseconds since 1970 (UTC).</param>
/// <param name="Error">Why it is not persisted, <c>null</c> when it is. Records of one batch share it, except those that the broker has named.</param>
/// <param name="Tag">The number that was given with the record.</param>
public readonly record struct DeliveryReport(
    Outcome Outcome, string Topic, int Partition, long Offset, long Timestamp, PublishException? Error, long Tag)
{
    internal Published AsPublished() => new(Topic, Partition, Offset, Timestamp);
}

/// <summary>Where a record was written.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">Where it is in the partition; −1 when the broker did not say (<see cref="Acks.None"/>, or a repetition that it had forgotten the place of).</param>
/// <param name="Timestamp">The time stored with it, in milliseconds since 1970 (UTC).</param>
public readonly record struct Published(string Topic, int Partition, long Offset, long Timestamp);

/// <summary>How many records ended how.</summary>
/// <param name="Persisted">Records that are written.</param>
/// <param name="NotPersisted">Records that are certainly not written.</param>
/// <param name="Unknown">Records that may be written or not.</param>
public readonly record struct DeliveryCounts(long Persisted, long NotPersisted, long Unknown)
{
    /// <summary>All of them.</summary>
    public long Total => Persisted + NotPersisted + Unknown;
}
