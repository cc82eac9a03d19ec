using System.Globalization;
using System.Text.RegularExpressions;

namespace Samsa.Tests.House;

/// <summary>The catalogue of faults in docs/faults.md and the tests that carry its numbers say the same.</summary>
[TestFixture]
public sealed partial class FaultCatalogueTests
{
    // Groups, transactions and the rest of the catalogue come with what they are about.
    static readonly IEnumerable<string> Expected =
        Enumerable.Range(1, 23).Except([15, 16]).Concat(Enumerable.Range(24, 35)).Concat(Enumerable.Range(70, 14))
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"F{number:000}"))
            .Concat(["B01", "B05", "B07", "B10", "B11", "B12", "B13"]);

    [Test]
    public void Every_fault_is_in_the_catalogue_once() =>
        Assert.That(Rows().Select(row => row.Number), Is.EquivalentTo(Expected));

    [Test]
    public void What_the_catalogue_calls_tested_has_a_test_with_its_number() =>
        Assert.That(Rows().Where(row => row.IsTested).Select(row => row.Number).Except(Tested()), Is.Empty);

    [Test]
    public void What_the_catalogue_calls_open_has_no_test_yet() =>
        Assert.That(Rows().Where(row => !row.IsTested).Select(row => row.Number).Intersect(Tested()), Is.Empty);

    [Test]
    public void No_test_carries_a_number_that_the_catalogue_does_not_have() =>
        Assert.That(Tested().Except(Rows().Select(row => row.Number)), Is.Empty);

    static IEnumerable<(string Number, bool IsTested)> Rows() =>
        from Match row in Row().Matches(File.ReadAllText(Repository.PathOf("docs", "faults.md")))
        select (row.Groups["number"].Value, row.Groups["state"].Value is "tested");

    // A test of several faults carries all their numbers in front: F042_F044_…
    static HashSet<string> Tested() =>
    [
        .. from file in Repository.SourcesIn("tests", "Samsa.Tests").Concat(Repository.SourcesIn("tests", "Samsa.Scenarios"))
           from Match name in Name().Matches(File.ReadAllText(file))
           from Match number in Number().Matches(name.Value)
           select number.Value,
    ];

    [GeneratedRegex(@"^\| (?<number>[FB]\d+) \|[^|]+\|[^|]+\| (?<state>tested|open)\b", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<=(Task|void) )((F\d{3}|B\d{2})_)+(?=\w+\()")]
    private static partial Regex Name();

    [GeneratedRegex(@"F\d{3}|B\d{2}")]
    private static partial Regex Number();
}
