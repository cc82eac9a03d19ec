namespace Samsa.Flow;

/// <summary>An assignment as it was when it came, or several in a row that nobody has attended to yet.</summary>
/// <param name="Keys">What is assigned in the end, each key once, in the order of beginning.</param>
/// <param name="Kept">What was assigned all the time: a key that was taken and given back must begin anew, for others may have had it in
/// between.</param>
sealed record Assigned<TKey>(TKey[] Keys, HashSet<TKey> Kept)
    where TKey : notnull
{
    public static Assigned<TKey> From(IReadOnlyCollection<TKey>? assignment, MergeByAssignmentOptions<TKey> options)
    {
        if (assignment is null) throw new InvalidOperationException("An assignment was null; an empty one says that nothing is assigned.");
        var once = assignment.Distinct(options.Comparer);
        var keys = (options.StartOrder is { } order ? once.Order(order) : once).ToArray();
        return new(keys, new(keys, options.Comparer));
    }

    public Assigned<TKey> After(Assigned<TKey> before)
    {
        var kept = new HashSet<TKey>(Kept, Kept.Comparer);
        kept.IntersectWith(before.Kept);
        return this with { Kept = kept };
    }
}
