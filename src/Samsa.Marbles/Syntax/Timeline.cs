namespace Samsa.Marbles.Syntax;

enum MarbleKind
{
    Next,
    Error,
    Completed,
}

/// <summary>One notification of a lane: its frame counts from where the lane's time zero is.</summary>
readonly record struct Marble(int Frame, MarbleKind Kind, string Symbol);

/// <summary>The marbles of one line.</summary>
/// <param name="Marbles">In the order of time.</param>
/// <param name="Before">How many frames stand before time zero, the <c>^</c>.</param>
/// <param name="Length">How many frames the line has from time zero on.</param>
/// <param name="Indent">How many of them are blanks at the beginning, where the lane is not drawn yet.</param>
sealed record Timeline(IReadOnlyList<Marble> Marbles, int Before, int Length, int Indent)
{
    public bool HasEnd => Marbles.Count > 0 && Marbles[^1].Kind is not MarbleKind.Next;

    public Timeline With(Timeline more) => this with
    {
        Marbles = [.. Marbles.Concat(more.Marbles).OrderBy(marble => marble.Frame).ThenBy(marble => marble.Kind is not MarbleKind.Next)],
        Before = Math.Max(Before, more.Before),
        Length = Math.Max(Length, more.Length),
    };
}

/// <summary>From when to when something is subscribed to.</summary>
/// <param name="From">Missing: never.</param>
/// <param name="To">Missing: to the end.</param>
readonly record struct Span(int? From, int? To);
