using Samsa.Marbles.Playing;
using Samsa.Marbles.Syntax;
using Samsa.Tests.House;

namespace Samsa.Tests.Marbles;

/// <summary>Plays every marble file there is: those of the operators, and those beside this test that are about stock operators.</summary>
[TestFixture]
public sealed class MarbleFileTests
{
    static readonly Lazy<MarbleSuite> Suite = new(() => MarbleSuite.Compile(MarbleFiles.Read));

    [TestCaseSource(nameof(Files))]
    public void A_marble_file_is_played_and_found_true(string path)
    {
        // A file that cannot be read says so here and does not keep the others from being played.
        var file = MarbleFiles.Read.FirstOrDefault(file => file.Path == path) ?? MarbleFiles.ReadFile(path);
        var report = Suite.Value.Play(file);
        if (report.Skip is { } reason) Assert.Ignore(reason);
        if (report.Failure is { } failure) Assert.Fail(failure);
    }

    [Test]
    public void The_example_of_the_guide_is_true()
    {
        var guide = File.ReadAllText(Repository.PathOf("docs", "marble-files.md"));
        var file = MarbleReader.Read(guide.Split("```")[1], "docs/marble-files.md");

        Assert.That(MarbleSuite.Compile([file]).Play(file).Failure, Is.Null);
    }

    static IEnumerable<TestCaseData> Files() => MarbleFiles.Paths.Select(path => new TestCaseData(path).SetArgDisplayNames(path));
}
