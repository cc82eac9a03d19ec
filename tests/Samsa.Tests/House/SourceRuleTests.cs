using System.Text.RegularExpressions;

namespace Samsa.Tests.House;

/// <summary>What library code never does, read from its text: one clock, no queue without a bound.</summary>
[TestFixture]
public sealed class SourceRuleTests
{
    static readonly (Regex Pattern, string Why)[] Forbidden =
    [
        (new(@"\bDateTime(Offset)?\.((Utc)?Now|Today)\b|\bTimeProvider\.System\.Get"), "time comes from the TimeProvider of the options"),
        (new(@"\bStopwatch\b|\bEnvironment\.TickCount"), "time comes from the TimeProvider of the options"),
        (new(@"\bThread\.Sleep\b"), "nothing blocks a thread to wait for time"),
        (new(@"\bTask\.Delay\((?![^;]*([cC]lock|timeProvider))"), "delays are measured by the TimeProvider of the options"),
        (new(@"\bChannel\.CreateUnbounded"), "every queue has a bound"),
        (new(@"\bReplaySubject\b|\.Replay\(|\.ToEnumerable\("), "these queue without a bound"),
        (new(@"\bObserveOn\("), "it queues without a bound; ObserveOnBounded does not"),
        (new(@"\.Merge\(\s*(\d|\w*[mM]ax|\w*[cC]oncurren)"), "the streams that wait are queued without a bound; SelectAsync has one"),
        (new(@"\.(Buffer|Window)\((?!\s*(\d+|\w*[cC]ount)\s*[,)])"), "without a count it has no bound; BufferBounded has one"),
        (new(@"\.RefCount\([^)]"), "RefCount(minObservers) is broken in System.Reactive 6.0.1"),
        (new(@"\bObservable\.Create(<[^>]*>)?\(\s*async\b"), "swallows the exceptions of the observer"),
        (new(@"#region\b|^\s*#if\b", RegexOptions.Multiline), "a file that needs regions holds two ideas"),
    ];

    [TestCase("Samsa.Wire")]
    [TestCase("Samsa.Protocol")]
    [TestCase("Samsa.ZooKeeper")]
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

    [TestCase("source.ObserveOn(scheduler)")]
    [TestCase("streams.Merge(4)")]
    [TestCase("streams.Merge(maxConcurrent)")]
    [TestCase("source.Buffer(TimeSpan.FromSeconds(1))")]
    [TestCase("source.Window(ticks)")]
    [TestCase("Channel.CreateUnbounded<int>()")]
    [TestCase("Channel.CreateUnboundedPrioritized<int>()")]
    [TestCase("source.Replay(1)")]
    [TestCase("source.ToEnumerable()")]
    [TestCase("Task.Delay(100, stop)")]
    [TestCase("DateTime.UtcNow")]
    [TestCase("DateTimeOffset.Now")]
    [TestCase("TimeProvider.System.GetUtcNow()")]
    [TestCase("source.RefCount(2)")]
    public void What_breaks_a_rule_is_found(string code) => Assert.That(Forbidden.Any(rule => rule.Pattern.IsMatch(code)));

    [TestCase("source.ObserveOnBounded(16, scheduler)")]
    [TestCase("one.Merge(other)")]
    [TestCase("source.Buffer(10)")]
    [TestCase("source.Buffer(count, skip)")]
    [TestCase("source.BufferBounded(10)")]
    [TestCase("Task.Delay(time, options.Clock, stop)")]
    [TestCase("scheduler.Now")]
    [TestCase("source.RefCount()")]
    public void What_keeps_them_is_not(string code) => Assert.That(Forbidden.Any(rule => rule.Pattern.IsMatch(code)), Is.False);

    // Comments may talk about what the code may not do. Line breaks stay, so that line numbers are right.
    static string WithoutComments(string text) => Regex.Replace(text, @"//[^\n]*", "");
}
