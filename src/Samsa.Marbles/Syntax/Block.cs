namespace Samsa.Marbles.Syntax;

/// <summary>Lines between blank ones, and the directives among them.</summary>
sealed record Block(List<Code> Lines, List<Directive> Directives)
{
    public static Block Empty => new([], []);

    /// <summary>Cuts a text into blocks; comments are nowhere in them.</summary>
    public static (IReadOnlyList<Block> Blocks, IReadOnlyList<string> LeadingComment, IReadOnlyList<Directive> OfTheFile) Cut(string text, string path)
    {
        var (blocks, comment, directives) = (new List<Block>(), new List<string>(), new List<Directive>());
        var open = Empty;
        var number = 0;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var place = new Place(path, ++number, 1);
            var trimmed = line.TrimStart();
            if (trimmed.Length == 0)
            {
                if (open.Lines.Count > 0) blocks.Add(open);
                open = Empty;
            }
            else if (trimmed.StartsWith("%!", StringComparison.Ordinal))
            {
                var directive = Directive.Read(line, place);
                var isOfALane = directive.Word.Text is "also" or "of" || (directive.Word.Text is "type" && open.Lines.Count > 0);
                if (isOfALane && open.Lines.Count > 0) open.Directives.Add(directive);
                else directives.Add(directive);
            }
            else if (trimmed[0] == '%')
            {
                if (blocks.Count == 0 && open.Lines.Count == 0) comment.Add(trimmed.StartsWith("% ", StringComparison.Ordinal) ? trimmed[2..].TrimEnd() : trimmed[1..].TrimEnd());
            }
            else
            {
                open.Lines.Add(new(line.TrimEnd(), place));
            }
        }

        if (open.Lines.Count > 0) blocks.Add(open);
        return (blocks, comment, directives);
    }
}
