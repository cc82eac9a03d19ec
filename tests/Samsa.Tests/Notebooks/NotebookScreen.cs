using System.Text;

namespace Samsa.Tests.Notebooks;

/// <summary>What the cells of a notebook find beside C#: where they show things. Public, because they are assemblies of their own.</summary>
public sealed class NotebookScreen
{
    readonly Lock gate = new();
    readonly List<CellOutput> shown = [];

    /// <summary>Shows something now, before the cell ends.</summary>
#pragma warning disable IDE1006 // Notebooks call it so.
    public void display(object? value) => Add(Seen(CellOutput.Displayed, value));
#pragma warning restore IDE1006

    /// <summary>A text that is HTML already.</summary>
    public object HTML(string text) => new Html(text);

    /// <summary>Where the console goes while a cell runs.</summary>
    internal TextWriter Console => new Paper(this);

    internal void End(object? result)
    {
        if (result is not null) Add(Seen(CellOutput.Result, result));
    }

    internal IReadOnlyList<CellOutput> Take()
    {
        lock (gate)
        {
            CellOutput[] all = [.. shown];
            shown.Clear();
            return all;
        }
    }

    static CellOutput Seen(string kind, object? value) =>
        value is Html(var html) ? new(kind, "text/html", html) : new(kind, "text/plain", value?.ToString() ?? "<null>");

    void Add(CellOutput output)
    {
        lock (gate)
        {
            if (output.Kind == CellOutput.Printed && shown is [.., { Kind: CellOutput.Printed } last]) shown[^1] = last with { Text = last.Text + output.Text };
            else shown.Add(output);
        }
    }

    sealed record Html(string Text);

    sealed class Paper(NotebookScreen screen) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write($"{value}");

        public override void Write(string? value)
        {
            if (!string.IsNullOrEmpty(value)) screen.Add(new(CellOutput.Printed, "text/plain", value));
        }

        public override void WriteLine(string? value) => Write(value + "\n");
    }
}
