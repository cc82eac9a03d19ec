using System.Text.RegularExpressions;
using System.Xml.Linq;
using Samsa.Tests.House;

namespace Samsa.Tests.Notebooks;

/// <summary>The notebooks run from a clean start, and show what they show to whoever only reads them.</summary>
/// <remarks>The console is caught while a cell runs.</remarks>
[TestFixture, NonParallelizable]
public sealed class NotebookTests
{
    static readonly bool IsWriting = Environment.GetEnvironmentVariable("SAMSA_NOTEBOOKS") == "write";

    [TestCaseSource(nameof(Names))]
    public async Task Every_cell_runs_and_shows_what_the_file_says(string name)
    {
        var notebook = Notebook.Read(Repository.PathOf("notebooks", name));
        await using var kernel = new NotebookKernel(name);
        var count = 0;
        var different = new List<string>();

        foreach (var cell in notebook.Code)
        {
            var shown = await kernel.RunAsync(cell.Source);
            count++;
            var (now, before) = (shown.Select(Comparable.Of).ToList(), cell.Outputs.Select(Comparable.Of).ToList());
            // What is the same but for the times stays as it is.
            if (now.SequenceEqual(before) && cell.Count == count) continue;
            different.Add($"Code cell {count} showed\n{string.Join('\n', now)}\nand the file says\n{string.Join('\n', before)}\n");
            cell.Ran(count, shown);
        }

        if (IsWriting && different.Count > 0) notebook.Write();
        else Assert.That(different, Is.Empty, "SAMSA_NOTEBOOKS=write writes what the cells show into the file.");
    }

    [TestCaseSource(nameof(Names))]
    public void A_notebook_is_one_that_other_programs_open(string name)
    {
        var notebook = Notebook.Read(Repository.PathOf("notebooks", name));

        Assert.Multiple(() =>
        {
            Assert.That(notebook.Format, Is.EqualTo("4.5"));
            Assert.That(notebook.Kernel, Is.EqualTo(".net-csharp"));
            Assert.That(notebook.Cells.Select(cell => cell.Id), Is.Unique.And.All.Match("^[a-zA-Z0-9_-]{1,64}$"));
            Assert.That(notebook.Code.SelectMany(cell => cell.Outputs).Select(output => output.Kind), Has.None.EqualTo("error"));
        });
    }

    [TestCaseSource(nameof(Names))]
    public void A_notebook_says_first_what_it_is_for_and_last_what_comes_next(string name)
    {
        var cells = Notebook.Read(Repository.PathOf("notebooks", name)).Cells;

        Assert.Multiple(() =>
        {
            Assert.That(cells[0].Source, Does.StartWith("# ").And.Contain("For whom"));
            Assert.That(cells[^1].Source, Does.StartWith("## What next"));
            Assert.That(cells.Count(cell => cell.IsCode), Is.LessThanOrEqualTo(12));
            Assert.That(cells.Zip(cells.Skip(1)).Where(pair => pair.Second.IsCode && pair.First.IsCode).Select(pair => pair.Second.Id), Is.Empty, "Code that nobody explains");
        });
    }

    [TestCaseSource(nameof(Names))]
    public void What_a_notebook_points_to_is_there(string name)
    {
        var broken =
            from cell in Notebook.Read(Repository.PathOf("notebooks", name)).Cells
            where !cell.IsCode
            from Match link in Regex.Matches(cell.Source, @"\]\((?!https?:)([^)#]+)(#[^)]*)?\)")
            let target = Path.GetFullPath(Path.Combine(Repository.PathOf("notebooks"), link.Groups[1].Value))
            where !File.Exists(target) && !Directory.Exists(target)
            select link.Value;

        Assert.That(broken, Is.Empty);
    }

    [TestCase("cluster-changes.ipynb", 1)]
    public void The_pictures_of_a_notebook_can_be_drawn(string name, int pictures)
    {
        var drawn = Notebook.Read(Repository.PathOf("notebooks", name)).Code
            .SelectMany(cell => cell.Outputs).SelectMany(output => Comparable.PicturesIn(output.Text)).Select(XElement.Parse).ToList();

        Assert.That(drawn, Has.Count.EqualTo(pictures));
        Assert.That(drawn.Select(picture => picture.Name.ToString()), Is.All.EqualTo("{http://www.w3.org/2000/svg}svg"));
    }

    static IEnumerable<string> Names() => Directory.EnumerateFiles(Repository.PathOf("notebooks"), "*.ipynb").Select(path => Path.GetFileName(path)).Order();
}
