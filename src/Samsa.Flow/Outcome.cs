namespace Samsa.Flow;

/// <summary>What came of the work for one element.</summary>
/// <typeparam name="TSource">What was worked on.</typeparam>
/// <typeparam name="TResult">What the work makes of it.</typeparam>
/// <param name="Element">What was worked on.</param>
/// <param name="Result">What the work made of it; nothing when it failed.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public readonly record struct Outcome<TSource, TResult>(TSource Element, TResult? Result, Exception? Error) : IDeferrable
{
    /// <inheritdoc/>
    public Lease Defer() => Lease.Of(Element);

    /// <summary>The same work, whose failures are outcomes.</summary>
    internal static Func<TSource, CancellationToken, ValueTask<Outcome<TSource, TResult>>> Of(
        Func<TSource, CancellationToken, ValueTask<TResult>> work) =>
        async (element, stop) =>
        {
            try
            {
                return new(element, await work(element, stop).ConfigureAwait(false), null);
            }
            catch (Exception error) when (!stop.IsCancellationRequested)
            {
                return new(element, default, error);
            }
        };
}

/// <summary>An element nothing could be made of.</summary>
/// <typeparam name="TSource">What was worked on.</typeparam>
/// <param name="Element">What was worked on.</param>
/// <param name="Error">Why it failed.</param>
public readonly record struct DeadLetter<TSource>(TSource Element, Exception Error) : IDeferrable
{
    /// <inheritdoc/>
    public Lease Defer() => Lease.Of(Element);
}
