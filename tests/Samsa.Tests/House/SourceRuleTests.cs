using System.Text.RegularExpressions;

namespace Samsa.Tests.House;

/// <summary>What library code never does, read from its text: one clock, no queue without a bound.</summary>
[TestFixture]
public sealed class SourceRuleTests
{
    static readonly (Regex Pattern, string Why)[] Forbidden =
    [
        (new(@"\bDateTime(Offset)?\.(Utc)?Now\b"), "time comes from the TimeProvider of the options"),
        (new(@"\bStopwatch\b|\bEnvironment\.TickCount"), "time comes from the TimeProvider of the options"),
        (new(@"\bThread\.Sleep\b"), "nothing blocks a thread to wait for time"),
        (new(@"\bTask\.Delay\((?![^;]*([cC]lock|timeProvider))"), "delays are measured by the TimeProvider of the options"),
        (new(@"\bChannel\.CreateUnbounded\b"), "every queue has a bound"),
        (new(@"\bReplaySubject\b|\.Replay\(\)|\.ToEnumerable\(\)"), "these queue without a bound"),
        (new(@"\.RefCount\([^)]"), "RefCount(minObservers) is broken in System.Reactive 6.0.1"),
        (new(@"\bObservable\.Create(<[^>]*>)?\(\s*async\b"), "swallows the exceptions of the observer"),
        (new(@"#region\b|^\s*#if\b", RegexOptions.Multiline), "a file that needs regions holds two ideas"),
    ];

    [TestCase("Samsa.Wire")]
    [TestCase("Samsa.Protocol")]
    [TestCase("Samsa.Flow")]
    [TestCase("Samsa.Rx")]
    [TestCase("Samsa.Embedded")]
    [TestCase("Samsa.Marbles")]
    public void A_library_keeps_the_rules_of_the_house(string library)
    {
        var broken =
            from file in Repository.SourcesIn("src", library)
            let text = WithoutComments(File.ReadAllText(file))
            from rule in Forbidden
            from Match match in rule.Pattern.Matches(text)
            let line = text.AsSpan(0, match.Index).Count('\n') + 1
            select $"{Path.GetRelativePath(Repository.Root.FullName, file)}:{line}: {match.Value.Trim()} ({rule.Why})";

        Assert.That(broken, Is.Empty);
    }

    // Comments may talk about what the code may not do. Line breaks stay, so that line numbers are right.
    static string WithoutComments(string text) => Regex.Replace(text, @"//[^\n]*", "");
}
