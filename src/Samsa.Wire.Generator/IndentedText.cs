using System.Text;

namespace Samsa.Wire.Generator;

/// <summary>C# text that grows line by line.</summary>
sealed class IndentedText
{
    readonly StringBuilder text = new();
    int depth;

    public void Line(string line = "") =>
        text.Append(' ', line.Length == 0 ? 0 : 4 * depth).Append(line).Append('\n');

    public void Open(string? line = null)
    {
        if (line is not null) Line(line);
        Line("{");
        depth++;
    }

    public void Close()
    {
        depth--;
        Line("}");
    }

    public override string ToString() => text.ToString();
}
