using System.Xml.Linq;
using Samsa.Marbles.Drawing;
using Samsa.Marbles.Syntax;
using Samsa.Tests.House;

namespace Samsa.Tests.Marbles;

/// <summary>The pictures that are kept are those that the files give.</summary>
[TestFixture]
public sealed class MarblePictureTests
{
    const string DrawAgain = "Draw again: dotnet run --project src/Samsa.Cli -- marbles draw marbles --to docs/marbles --gallery";

    static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [TestCaseSource(nameof(OfOperators))]
    public void A_picture_is_byte_for_byte_what_is_drawn_from_its_file(string path)
    {
        var file = MarbleFiles.ReadFile(path);
        var kept = Repository.PathOf("docs", "marbles", $"{file.Name}.svg");

        Assert.That(File.Exists(kept) ? File.ReadAllText(kept) : "", Is.EqualTo(Picture.Draw(file)), DrawAgain);
    }

    [Test]
    public void The_gallery_is_byte_for_byte_what_is_written_from_the_files() =>
        Assert.That(File.ReadAllText(Repository.PathOf("docs", "marbles", "README.md")),
            Is.EqualTo(Gallery.Write([.. MarbleFiles.OfOperators.Select(MarbleFiles.ReadFile)], "../../marbles")), DrawAgain);

    [Test]
    public void No_picture_is_left_of_a_file_that_is_gone() =>
        Assert.That(Directory.EnumerateFiles(Repository.PathOf("docs", "marbles"), "*.svg").Select(Path.GetFileNameWithoutExtension),
            Is.EquivalentTo(MarbleFiles.OfOperators.Select(Path.GetFileNameWithoutExtension)));

    [TestCaseSource(nameof(All))]
    public void A_picture_is_XML_with_a_title_and_a_description_and_both_papers(string path)
    {
        var file = MarbleFiles.ReadFile(path);
        var picture = XElement.Parse(Picture.Draw(file));

        Assert.Multiple(() =>
        {
            Assert.That(picture.Element(Svg + "title")!.Value, Is.EqualTo(file.Title));
            Assert.That(picture.Element(Svg + "desc")!.Value, Does.Contain("The operator is"));
            Assert.That(picture.Attribute("aria-labelledby")!.Value.Split(' '),
                Is.EqualTo(new[] { "title", "desc" }.Select(name => picture.Element(Svg + name)!.Attribute("id")!.Value)));
            Assert.That(picture.Element(Svg + "style")!.Value, Does.Contain("prefers-color-scheme:dark"));
        });
    }

    [TestCaseSource(nameof(All))]
    public void Marbles_of_different_frames_do_not_lie_on_each_other(string path)
    {
        var marbles = XElement.Parse(Picture.Draw(MarbleFiles.ReadFile(path))).Elements()
            .Where(element => element.Attribute("class")?.Value.StartsWith("marble", StringComparison.Ordinal) is true)
            .Select(Extent)
            .GroupBy(marble => marble.Y);

        foreach (var row in marbles)
        {
            var inOrder = row.OrderBy(marble => marble.Left).ToList();
            Assert.That(inOrder.Zip(inOrder.Skip(1)).Select(pair => pair.Second.Left - pair.First.Right), Is.All.GreaterThan(0), path);
        }
    }

    [Test]
    public void A_picture_does_not_depend_on_how_lines_end()
    {
        var text = File.ReadAllText(Repository.PathOf(MarbleFiles.OfStock[0]));

        Assert.That(Picture.Draw(MarbleReader.Read(text.ReplaceLineEndings("\r\n"), "a.marble")), Is.EqualTo(Picture.Draw(MarbleReader.Read(text, "a.marble"))));
    }

    [Test]
    public void What_stands_in_a_file_cannot_leave_its_place_in_the_picture() =>
        Assert.That(() => XElement.Parse(Picture.Draw(MarbleReader.Read("""
            % # <script>
            % a & b <b>

            -a|
            title = "<x>" & y
            a := <&>

            > source.Select(x => x + "<")

            -a|
            a := <&><
            """, "a.marble"))), Throws.Nothing);

    static (double Left, double Right, double Y) Extent(XElement marble) => marble.Name.LocalName == "circle"
        ? (Number(marble, "cx") - Number(marble, "r"), Number(marble, "cx") + Number(marble, "r"), Number(marble, "cy"))
        : (Number(marble, "x"), Number(marble, "x") + Number(marble, "width"), Number(marble, "y") + Number(marble, "height") / 2);

    static double Number(XElement element, string name) => (double)element.Attribute(name)!;

    static IEnumerable<TestCaseData> OfOperators() => MarbleFiles.OfOperators.Select(path => new TestCaseData(path).SetArgDisplayNames(path));

    static IEnumerable<TestCaseData> All() => MarbleFiles.Paths.Select(path => new TestCaseData(path).SetArgDisplayNames(path));
}
