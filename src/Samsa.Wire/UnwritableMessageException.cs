using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace Samsa.Wire;

/// <summary>A message of ours cannot be spelt in the version it was to be written in. Nothing was sent.</summary>
/// <param name="problem">What is wrong, without a full stop.</param>
/// <param name="field">The field that was being written.</param>
public sealed class UnwritableMessageException(string problem, string? field = null) : Exception(problem)
{
    FieldPath path = new(field);

    /// <summary>What is wrong.</summary>
    public string Problem { get; } = problem;

    /// <summary>The message that was being written, as <c>Fetch.Request v12</c>.</summary>
    public string? Writing => path.Message;

    /// <summary>The field that was being written, as <c>Topics[0].Topic</c>.</summary>
    public string? Field => path.Text;

    /// <inheritdoc/>
    public override string Message => Problem + path.Describe("writing") + ".";

    /// <summary>Refuses null.</summary>
    /// <exception cref="UnwritableMessageException"><paramref name="value"/> is null.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static T NotNull<T>([NotNull] T? value, string? field = null)
        where T : class =>
        value ?? throw IsNull(field);

    /// <summary>The refusal of null.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static UnwritableMessageException IsNull(string? field) => new("A field that cannot be null is null", field);

    /// <summary>Adds the field around the one that is known. Always false: generated code calls it in a filter.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool Within(string field, int index = -1)
    {
        path.Within(field, index);
        return false;
    }

    /// <summary>Adds the name of the message. Always false: generated code calls it in a filter.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool While(string message, short version)
    {
        path.While(message, version);
        return false;
    }
}
