using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Samsa.Tests.Cli;

/// <summary>Marble files of users, with operators of their own.</summary>
[TestFixture, NonParallelizable]
public sealed class MarblesTests
{
    const string Twice = "% # Twice\n%! using Theirs\n\n-a-b|\n\n> source.Twice()\n\n-(aa)\n%! also ---(bb)\n%! also ----|\n";

    string folder = null!;

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("samsa-marbles-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public async Task A_file_is_played_with_the_operators_of_an_assembly()
    {
        var file = Write("twice.marble", Twice);

        var finished = await SamsaHere.RunAsync("marbles", "run", file, "--assembly", TheirOperators());

        Assert.Multiple(() =>
        {
            Assert.That(finished.Output, Is.EqualTo($"ok   {file}: Twice{Environment.NewLine}"), finished.Error);
            Assert.That(finished.Error, Is.EqualTo($"One file, as written.{Environment.NewLine}"));
            Assert.That(finished.Code, Is.Zero);
        });
    }

    [Test]
    public async Task What_is_not_so_is_shown_and_the_exit_code_says_it()
    {
        Write("a.marble", "-a|\n\n> source\n\n-a|");
        Write("b.marble", "-a|\n\n> source\n\n-b|");
        Write("c.marble", "-a|\n\n> source.Nowhere()\n\n-a|");
        Write("d.marble", "-a(|\n\n> source\n\n-a|");

        var finished = await SamsaHere.RunAsync("marbles", "run", folder);

        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.EqualTo(1));
            Assert.That(finished.Output, Does.StartWith($"ok   {folder}")
                .And.Contain("frame  kind  expected  actual")
                .And.Contain("c.marble(3,10): CS1061: ")
                .And.Contain("d.marble(1,5): expected ')', found the end of the line."));
            Assert.That(finished.Error, Is.EqualTo($"4 files, 3 of them not as written.{Environment.NewLine}"));
        });
    }

    [Test]
    public async Task Programs_read_one_object_a_file()
    {
        Write("a.marble", "% # One\n-a|\n\n> source\n\n-a|");
        Write("b.marble", "%! skip not yet\n-a|\n\n> source\n\n-b|");

        var finished = await SamsaProcess.RunAsync("", "", "marbles", "run", folder, "--json");
        var lines = finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.Zero);
            Assert.That(lines.Select(line => line.GetProperty("title").GetString()), Is.EqualTo(new[] { "One", "b" }));
            Assert.That(lines.Select(line => line.GetProperty("outcome").GetString()), Is.EqualTo(new[] { "as-written", "skipped" }));
            Assert.That(lines[1].GetProperty("detail").GetString(), Is.EqualTo("not yet"));
        });
    }

    [Test]
    public async Task A_picture_is_drawn_beside_its_file_and_a_gallery_of_a_folder()
    {
        var file = Write("twice.marble", Twice);
        var pictures = Path.Combine(folder, "pictures");

        var beside = await SamsaHere.RunAsync("marbles", "draw", file);
        var gallery = await SamsaHere.RunAsync("marbles", "draw", folder, "--to", pictures, "--gallery");

        Assert.Multiple(() =>
        {
            Assert.That((beside.Code, gallery.Code), Is.EqualTo((0, 0)));
            Assert.That(Drawn("twice.svg"), Does.Contain("<title id=\"twice-title\">Twice</title>"));
            Assert.That(Drawn("pictures", "twice.svg"), Is.EqualTo(Drawn("twice.svg")));
            Assert.That(Drawn("pictures", "README.md"), Does.Contain("![Twice](twice.svg)").And.Contain("[twice.marble](../twice.marble)"));
        });
    }

    [TestCase("marbles draw nowhere", "nowhere is neither a file nor a folder.")]
    [TestCase("marbles draw . --gallery", "Where is the gallery to be? Say it with --to FOLDER.")]
    [TestCase("marbles run . --assembly none.dll", "--assembly none.dll: there is no such file; build your operators first.")]
    public async Task Wrong_use_is_answered_with_what_to_type(string words, string sentence)
    {
        var file = Write("a.marble", "-a|\n\n> source\n\n-a|");

        var finished = await SamsaHere.RunAsync([.. words.Split(' ').Select(word => word == "." ? file : word)]);

        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.EqualTo(2));
            Assert.That(finished.Error, Does.StartWith($"samsa: {sentence}"));
        });
    }

    string Drawn(params string[] path) => File.ReadAllText(Path.Combine([folder, .. path]));

    string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    string TheirOperators()
    {
        const string Source = """
            namespace Theirs
            {
                public static class Operators
                {
                    public static System.IObservable<T> Twice<T>(this System.IObservable<T> source) =>
                        System.Reactive.Linq.Observable.SelectMany(source, value => new[] { value, value });
                }
            }
            """;
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        // A name of its own: nothing else in this process may have it.
        var compilation = CSharpCompilation.Create($"Theirs{Guid.NewGuid():N}", [CSharpSyntaxTree.ParseText(Source)],
            references.Select(reference => MetadataReference.CreateFromFile(reference)), new(OutputKind.DynamicallyLinkedLibrary));
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "bin")).FullName, $"{compilation.AssemblyName}.dll");
        var result = compilation.Emit(path);
        Assert.That(result.Success, string.Join('\n', result.Diagnostics));
        return path;
    }
}
