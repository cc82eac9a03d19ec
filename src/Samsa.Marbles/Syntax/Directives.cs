namespace Samsa.Marbles.Syntax;

/// <summary>What a file says about itself as a whole, in lines that begin with <c>%!</c>.</summary>
sealed class Directives
{
    public List<Code> Names { get; } = [];

    public ElementType? Type { get; private set; }

    public TimeSpan Frame { get; private set; } = TimeSpan.FromMilliseconds(1);

    public bool IsRun { get; private set; }

    public List<Code> Usings { get; } = [];

    public List<Code> Lets { get; } = [];

    public List<Code> Covers { get; } = [];

    public string? Topic { get; private set; }

    public string? Skip { get; private set; }

    public FrameRule Rule => new(Frame, IsRun);

    /// <summary>Takes a directive of the whole file.</summary>
    public void Take(Directive directive)
    {
        var (word, rest) = (directive.Word, directive.Rest);
        switch (word.Text)
        {
            case "name":
                Names.AddRange(directive.List("the name of an input lane").Select(Identifier));
                break;
            case "type":
                if (Type is not null) throw word.Place.Expected("one type for the file, and others in the blocks of their lanes", "a second");
                Type = directive.ElementType();
                break;
            case "frame":
                Frame = FrameRule.ReadTime(rest.Text, rest.Place);
                break;
            case "mode":
                IsRun = rest.Text switch { "run" => true, "compat" => false, _ => throw rest.Place.Expected("run or compat", $"'{rest.Text}'") };
                break;
            case "using":
                Usings.Add(directive.Required("a namespace"));
                break;
            case "let":
                Lets.Add(directive.Required("a C# statement"));
                break;
            case "covers":
                Covers.AddRange(directive.List("a documentation id such as M:Name.Space.Type.Method"));
                break;
            case "topic":
                Topic = directive.Required("what the gallery files it under").Text;
                break;
            case "skip":
                Skip = directive.Required("the reason").Text;
                break;
            case "also" or "of":
                throw word.Place.Expected($"'{word.Text}' in the block of a lane", "no lane above it in this block");
            default:
                throw word.Place.Expected("name, type, frame, mode, using, let, covers, topic, skip, also or of", $"'{word.Text}'");
        }
    }

    static Code Identifier(Code name) =>
        Microsoft.CodeAnalysis.CSharp.SyntaxFacts.IsValidIdentifier(name.Text)
            ? name
            : throw name.Place.Expected("a name that C# can use", $"'{name.Text}'");
}

/// <summary>One line that begins with <c>%!</c>.</summary>
sealed record Directive(Code Word, Code Rest)
{
    public static Directive Read(string line, Place place)
    {
        var start = line.IndexOf("%!", StringComparison.Ordinal) + 2;
        while (start < line.Length && char.IsWhiteSpace(line[start])) start++;
        var end = start;
        while (end < line.Length && !char.IsWhiteSpace(line[end])) end++;
        var rest = end;
        while (rest < line.Length && char.IsWhiteSpace(line[rest])) rest++;
        if (start == line.Length) throw place.At(start).Expected("a directive", "nothing");
        return new(new(line[start..end], place.At(start)), new(line[rest..].TrimEnd(), place.At(rest)));
    }

    public Code Required(string what) => Rest.Text.Length > 0 ? Rest : throw Rest.Place.Expected(what, "nothing");

    public IEnumerable<Code> List(string what)
    {
        var at = 0;
        foreach (var part in Required(what).Text.Split(','))
        {
            var blanks = part.Length - part.TrimStart().Length;
            if (part.Trim().Length == 0) throw Rest.Place.At(at).Expected(what, "nothing");
            yield return new(part.Trim(), Rest.Place.At(at + blanks));
            at += part.Length + 1;
        }
    }

    public ElementType ElementType()
    {
        var text = Required("a C# type").Text;
        var via = text.IndexOf(" via ", StringComparison.Ordinal);
        if (via < 0) return new(Rest, null);
        var code = text[(via + 5)..];
        return new(new(text[..via].TrimEnd(), Rest.Place), new(code.TrimStart(), Rest.Place.At(via + 5 + code.Length - code.TrimStart().Length)));
    }
}
