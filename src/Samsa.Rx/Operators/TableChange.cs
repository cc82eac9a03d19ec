namespace Samsa.Rx;

/// <summary>What became of a key of a table.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">Its value.</typeparam>
/// <param name="Reason">Whether it came, changed, or went.</param>
/// <param name="Key">The key.</param>
/// <param name="Previous">What the observer knew of it before.</param>
/// <param name="Current">What it has now.</param>
/// <param name="Partition">The partition of the record that said so.</param>
/// <param name="Offset">The offset of that record.</param>
public readonly record struct TableChange<TKey, TValue>(
    ChangeReason Reason, TKey Key, Optional<TValue> Previous, Optional<TValue> Current, int Partition, long Offset)
{
    /// <summary>The change as a line: <c>Update key: old → new</c>.</summary>
    public override string ToString() => Reason switch
    {
        ChangeReason.Add => $"Add {Key}: {Current}",
        ChangeReason.Update => $"Update {Key}: {Previous} → {Current}",
        _ => $"Remove {Key}",
    };
}

/// <summary>How a key of a table changed, seen by one observer.</summary>
public enum ChangeReason : byte
{
    /// <summary>It was not there.</summary>
    Add,

    /// <summary>It has another value, or the same one anew.</summary>
    Update,

    /// <summary>It is not there any more: a tombstone was read.</summary>
    Remove,
}
