namespace Samsa.Marbles.Syntax;

/// <summary>What one marble file says.</summary>
sealed class MarbleFile
{
    public required string Path { get; init; }

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The heading of the comment at the top.</summary>
    public required string Title { get; init; }

    /// <summary>The comment at the top without its heading: Markdown.</summary>
    public required string Prose { get; init; }

    public required Directives Directives { get; init; }

    public required IReadOnlyList<Lane> Inputs { get; init; }

    /// <summary>The streams that are values of inputs, or that the operator line names.</summary>
    public required IReadOnlyList<Lane> InputStreams { get; init; }

    public required Operation Operation { get; init; }

    public required IReadOnlyList<Lane> Outputs { get; init; }

    /// <summary>The streams that are values of outputs.</summary>
    public required IReadOnlyList<Lane> OutputStreams { get; init; }

    public required Styles Styles { get; init; }

    public IEnumerable<Lane> Lanes => [.. Inputs, .. InputStreams, .. Outputs, .. OutputStreams];

    public string NameOf(Lane lane)
    {
        if (lane.Symbol is { } symbol) return symbol;
        if (lane.Title is { } title) return title;
        var input = Inputs.TakeWhile(other => other != lane).Count();
        return input < Inputs.Count ? Directives.Names[input].Text : "output";
    }

    public override string ToString() => Path;
}

/// <summary>What a file asks of the picture.</summary>
sealed record Styles(int? FrameWidth, IReadOnlyDictionary<string, string> Fills);

/// <summary>The operator: C#, with streams in backquotes among it.</summary>
sealed record Operation(IReadOnlyList<Code> Lines, IReadOnlyDictionary<string, string> Labels)
{
    public Place Place => Lines[0].Place;
}
