using System.Text.Json.Nodes;

namespace Samsa.Tests.Notebooks;

/// <summary>A cell: a text that is read, or code with what it showed when it ran last.</summary>
sealed class NotebookCell(JsonObject json)
{
    public string Id => (string)json["id"]!;

    public bool IsCode => (string?)json["cell_type"] == "code";

    public string Source => Lines.Join(json["source"]);

    public int? Count
    {
        get => (int?)json["execution_count"];
        set => json["execution_count"] = value;
    }

    public IReadOnlyList<CellOutput> Outputs => [.. json["outputs"]!.AsArray().Select(output => CellOutput.Read(output!))];

    /// <summary>Says that it ran, and what it showed.</summary>
    public void Ran(int count, IEnumerable<CellOutput> shown)
    {
        Count = count;
        json["outputs"] = new JsonArray([.. shown.Select(output => output.Write(count))]);
    }
}
