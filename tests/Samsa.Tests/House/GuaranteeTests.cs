using System.Text.RegularExpressions;

namespace Samsa.Tests.House;

/// <summary>What is promised in <c>docs/guarantees.md</c> names the tests that show it.</summary>
[TestFixture]
public sealed class GuaranteeTests
{
    static readonly string Text = File.ReadAllText(Repository.PathOf("docs", "guarantees.md"));

    [Test]
    public void Every_test_that_shows_a_promise_exists()
    {
        var fixtures = Repository.SourcesIn("tests").ToLookup(file => Path.GetFileNameWithoutExtension(file));
        var named = Regex.Matches(Text, @"`(\w+)\.(\w+_\w+)`").Select(match => (Fixture: match.Groups[1].Value, Test: match.Groups[2].Value)).Distinct().ToArray();
        var missing =
            from name in named
            // Where a test shows something of a catalogue, its name begins with a number there.
            where !fixtures[name.Fixture].Any(file => Regex.IsMatch(File.ReadAllText(file), $@"\s([A-Z]\d+_)*{name.Test}\("))
            select $"{name.Fixture}.{name.Test}";

        Assert.That(named, Has.Length.GreaterThan(20));
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void Every_promise_names_a_test()
    {
        // The last two parts say where Kafka promises less, and how all this is shown.
        var parts = Regex.Split(Text, "^##+ ", RegexOptions.Multiline)[1..^2].Where(part => part.Trim().Contains('\n', StringComparison.Ordinal));

        Assert.That(parts.Where(part => !Regex.IsMatch(part, @"`\w+\.\w+_\w+`")), Is.Empty);
    }
}
