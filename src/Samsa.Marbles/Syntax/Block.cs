namespace Samsa.Marbles.Syntax;

/// <summary>Lines between blank ones, and the directives among them.</summary>
sealed record Block(List<Code> Lines, List<Directive> Directives)
{
    public static Block Empty => new([], []);

    /// <summary>Cuts a text into blocks, the comment at its top, and the directives that are about the whole file.</summary>
    public static (List<Block> Blocks, List<string> Comment, List<Directive> OfTheFile) Cut(string file, string path)
    {
        var (blocks, comment, directives) = (new List<Block>(), new List<string>(), new List<Directive>());
        var open = Empty;
        var number = 0;
        foreach (var line in file.ReplaceLineEndings("\n").Split('\n'))
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
                var text = trimmed.StartsWith("% ", StringComparison.Ordinal) ? trimmed[2..] : trimmed[1..];
                if (blocks.Count == 0 && open.Lines.Count == 0) comment.Add(text.TrimEnd());
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
