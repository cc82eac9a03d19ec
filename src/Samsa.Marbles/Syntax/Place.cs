namespace Samsa.Marbles.Syntax;

/// <summary>Where something stands in a file; lines and columns count from one.</summary>
readonly record struct Place(string Path, int Line, int Column)
{
    public Place At(int characters) => this with { Column = Column + characters };

    public MarbleSyntaxException Expected(string expected, string found) => new(this, expected, found);

    public override string ToString() => $"{Path}({Line},{Column})";
}

/// <summary>A piece of C# as it stands in a file.</summary>
sealed record Code(string Text, Place Place);

/// <summary>A marble file says something that cannot be read.</summary>
sealed class MarbleSyntaxException(Place place, string expected, string found)
    : Exception($"{place}: expected {expected}, found {found}.")
{
    public Place Place => place;
}
