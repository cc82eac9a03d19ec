using System.ComponentModel;

namespace Samsa.Wire;

/// <summary>The peer sent bytes that are not what the protocol says.</summary>
/// <remarks>After it the connection cannot be trusted: nobody knows where the next message begins.</remarks>
public class ProtocolException : Exception
{
    FieldPath path;

    /// <summary>Something is wrong, nothing is known about where.</summary>
    /// <param name="problem">What is wrong, without a full stop.</param>
    /// <param name="inner">What it came from.</param>
    public ProtocolException(string problem, Exception? inner = null)
        : base(problem, inner) => Problem = problem;

    /// <summary>Something is wrong at a place in a message.</summary>
    /// <param name="problem">What is wrong, without a full stop.</param>
    /// <param name="position">The byte where it was met, counted from 0.</param>
    /// <param name="length">The length of the whole message in bytes.</param>
    /// <param name="field">The field that was being read.</param>
    public ProtocolException(string problem, int position, int length, string? field = null)
        : base(problem)
    {
        (Problem, Position, Length) = (problem, position, length);
        path = new FieldPath(field);
    }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }

    /// <summary>The byte where it was met, counted from 0; −1 when unknown.</summary>
    public int Position { get; } = -1;

    /// <summary>The length of the whole message in bytes; −1 when unknown.</summary>
    public int Length { get; } = -1;

    /// <summary>The message that was being read, as <c>Fetch.Response v12</c>.</summary>
    public string? Reading => path.Message;

    /// <summary>The field that was being read, as <c>Responses[0].Partitions[2].Records</c>.</summary>
    public string? Field => path.Text;

    /// <inheritdoc/>
    public override string Message =>
        Problem + (Position < 0 ? "" : $", at byte {Position} of {Length},") + path.Describe("reading") + ".";

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
