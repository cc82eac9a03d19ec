using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Samsa.Tests.Notebooks;

/// <summary>A notebook as nbformat 4.5 has it: JSON, of which everything stays that nobody changes.</summary>
sealed class Notebook
{
    // As Jupyter writes it: the smallest difference when somebody saves the file there.
    static readonly JsonSerializerOptions AsJupyter = new() { WriteIndented = true, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly string path;
    readonly JsonNode root;

    Notebook(string path, JsonNode root)
    {
        (this.path, this.root) = (path, root);
        Cells = [.. root["cells"]!.AsArray().Select(cell => new NotebookCell(cell!.AsObject()))];
    }

    public string Name => Path.GetFileName(path);

    public IReadOnlyList<NotebookCell> Cells { get; }

    public IEnumerable<NotebookCell> Code => Cells.Where(cell => cell.IsCode);

    public string Format => $"{root["nbformat"]}.{root["nbformat_minor"]}";

    public string? Kernel => (string?)root["metadata"]?["kernelspec"]?["name"];

    public static Notebook Read(string path) => new(path, JsonNode.Parse(File.ReadAllText(path))!);

    public void Write() => File.WriteAllText(path, root.ToJsonString(AsJupyter) + "\n");
}
