namespace Samsa.Rx;

/// <summary>A value, or none: what a key of a table has.</summary>
/// <typeparam name="T">The value; null is one, too.</typeparam>
public readonly record struct Optional<T>
{
    readonly T value;

    /// <summary>This value.</summary>
    /// <param name="value">The value.</param>
    public Optional(T value) => (this.value, HasValue) = (value, true);

    /// <summary>Whether there is a value.</summary>
    public bool HasValue { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T Value => HasValue ? value : throw new InvalidOperationException("There is no value.");

    /// <summary>The value, or another where there is none.</summary>
    /// <param name="other">The other.</param>
    /// <returns>One of them.</returns>
    public T Or(T other) => HasValue ? value : other;

    /// <summary>The value as a text; <c>none</c> where there is none.</summary>
    public override string ToString() => HasValue ? $"{value}" : "none";
}
