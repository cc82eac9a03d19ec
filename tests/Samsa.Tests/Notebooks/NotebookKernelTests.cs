using System.Text;

namespace Samsa.Tests.Notebooks;

/// <summary>Cells run as those who write notebooks are used to.</summary>
[TestFixture, NonParallelizable]
public sealed class NotebookKernelTests
{
    [Test]
    public async Task A_cell_sees_what_those_before_it_declared()
    {
        await using var kernel = new NotebookKernel("test");
        await kernel.RunAsync("using System.Globalization; record Tram(int Line); static class Depot { public static int Count = 2; }");
        await kernel.RunAsync("var trams = new List<Tram> { new(4) }; int Lines() => trams.Count + Depot.Count;");
        await kernel.RunAsync("await Task.Yield(); trams.Add(new(6));");

        var shown = await kernel.RunAsync("$\"{Lines()} {trams[1]} {CultureInfo.InvariantCulture.Name}\"");

        Assert.That(shown, Is.EqualTo(new[] { new CellOutput(CellOutput.Result, "text/plain", "4 Tram { Line = 6 } ") }));
    }

    [Test]
    public async Task What_a_cell_shows_is_kept_in_its_order()
    {
        await using var kernel = new NotebookKernel("test");

        var shown = await kernel.RunAsync("""
            Console.Write("a"); Console.WriteLine(1);
            display(HTML("<b>now</b>"));
            Console.WriteLine("then");
            HTML("<i>last</i>")
            """);

        Assert.That(shown, Is.EqualTo(new CellOutput[]
        {
            new(CellOutput.Printed, "text/plain", "a1\n"),
            new(CellOutput.Displayed, "text/html", "<b>now</b>"),
            new(CellOutput.Printed, "text/plain", "then\n"),
            new(CellOutput.Result, "text/html", "<i>last</i>"),
        }));
        Assert.That(await kernel.RunAsync("var nothing = 1;"), Is.Empty);
    }

    [Test]
    public async Task Lines_that_are_no_code_are_left_out_and_the_others_keep_their_numbers()
    {
        await using var kernel = new NotebookKernel("test");

        var shown = await kernel.RunAsync("#!time\n#i \"nuget:../artifacts\"\n#r \"nuget:Samsa.Rx,*-*\"\n#r \"nuget: Samsa.Embedded\"\nusing Samsa.Rx;\nAssignors.Range.Name");
        var wrong = await Assert.ThrowsAsync<CellException>(() => kernel.RunAsync("#!time\n\nno.Such = thing;"));

        Assert.That(shown.Single().Text, Is.EqualTo("range"));
        Assert.That(wrong!.Message, Does.StartWith("test, code cell 2(3,1): error CS0103"));
    }

    [Test]
    public async Task A_package_that_is_not_built_here_is_refused()
    {
        await using var kernel = new NotebookKernel("test");

        await Assert.ThatAsync(() => kernel.RunAsync("#r \"nuget:Somebody.Elses,1.0\""), Throws.TypeOf<CellException>().With.Message.Contains("Somebody.Elses"));
    }

    [Test]
    public async Task A_cell_that_throws_says_where_and_its_notebook_is_cleaned_up()
    {
        var kernel = new NotebookKernel("test");
        await kernel.RunAsync("sealed class Door : IDisposable { public bool IsShut; public void Dispose() => IsShut = true; }\nvar door = new Door();");
        var door = await kernel.RunAsync("Func<bool> isShut = () => door.IsShut; AppContext.SetData(\"door\", isShut);");

        var thrown = await Assert.ThrowsAsync<CellException>(() => kernel.RunAsync("\nthrow new InvalidOperationException(\"no\");"));
        var isShut = (Func<bool>)AppContext.GetData("door")!;
        Assert.That(isShut(), Is.False);
        await kernel.DisposeAsync();

        Assert.That(thrown!.Message, Does.Contain("InvalidOperationException: no").And.Contain("test, code cell 3:line 2"));
        Assert.That(isShut());
        AppContext.SetData("door", null);
    }

    [Test]
    public async Task A_cell_that_does_not_end_is_given_up()
    {
        await using var kernel = new NotebookKernel("test") { Patience = TimeSpan.FromMilliseconds(200) };

        await Assert.ThatAsync(() => kernel.RunAsync("await Task.Delay(-1);"), Throws.TypeOf<CellException>().With.InnerException.TypeOf<TimeoutException>());
    }

    [TestCase("at +0.12 s", "at +31.99 s", true)]
    [TestCase("at +0.12 s", "at -0.12 s", false)]
    [TestCase("127.0.0.1:1 is there", "127.0.0.1:65535 is there", true)]
    [TestCase("127.0.0.1:1 is there", "127.0.0.1:1 is gone", false)]
    [TestCase("0b5e1e86-1c8b-4b55-8b1c-5f2d3a0b1c2d", "ffffffff-1c8b-4b55-8b1c-5f2d3a0b1c2d", true)]
    [TestCase("<td>5</td>", "<td>6</td>", false)]
    public void Times_ports_and_ids_make_no_difference_and_everything_else_does(string one, string other, bool areSame)
    {
        Assert.That(Of(one) == Of(other), Is.EqualTo(areSame));
        Assert.That(Of(Picture(one)) == Of(Picture(other)), Is.EqualTo(areSame));

        static CellOutput Of(string text) => Comparable.Of(new(CellOutput.Result, "text/html", text));
        static string Picture(string text) => $"<img src=\"data:image/svg+xml;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes($"<svg>{text}</svg>"))}\">";
    }
}
