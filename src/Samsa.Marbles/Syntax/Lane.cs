namespace Samsa.Marbles.Syntax;

/// <summary>What the values of a lane are: a C# type, and what makes one from a label where the type cannot itself.</summary>
sealed record ElementType(Code Type, Code? Via);

/// <summary>One lane of a picture: an input, an output, or a stream that is itself a value.</summary>
sealed class Lane
{
    public required Place Place { get; init; }

    public required Timeline Timeline { get; init; }

    /// <summary>The one character that stands for this stream in other lanes; null for a lane of its own.</summary>
    public string? Symbol { get; init; }

    public string? Title { get; init; }

    public bool IsHot { get; init; }

    /// <summary>Whether it is drawn inside the box of the operator.</summary>
    public bool IsInBox { get; init; }

    /// <summary>When it is subscribed to; null if the file says nothing of it.</summary>
    public IReadOnlyList<Span>? Subscriptions { get; init; }

    /// <summary>When an output is subscribed to by the player.</summary>
    public Span Window { get; init; } = new(0, null);

    /// <summary>Symbols that are drawn, but do not happen.</summary>
    public IReadOnlyCollection<string> Ghosts { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public ElementType? Type { get; init; }

    /// <summary>For a further output: the stream it shows. Null for the result of the operator.</summary>
    public Code? Of { get; init; }

    /// <summary>What of it happens.</summary>
    public IEnumerable<Marble> Happening => Timeline.Marbles.Where(marble => marble.Kind is not MarbleKind.Next || !Ghosts.Contains(marble.Symbol));

    public string LabelOf(string symbol) => Labels.GetValueOrDefault(symbol, symbol);

    public string? ErrorText => Labels.GetValueOrDefault("#");

    /// <summary>Whether its values are themselves streams, given the symbols of those.</summary>
    public bool IsOuter(IEnumerable<Lane> streams) =>
        Timeline.Marbles.Any(marble => marble.Kind is MarbleKind.Next && streams.Any(stream => stream.Symbol == marble.Symbol));
}
