using System.Reflection;
using System.Text.RegularExpressions;

namespace Samsa.Tests.Hostile;

/// <summary>
/// The catalogue of bad input has numbers: 1 to 19 frames and primitives, 20 to 33 negotiation and metadata, 34 to 60 fetch and records,
/// 61 to 63 produce, 77 certificates, 86 to 90 what users say. Each has tests, whose names begin with I and the number.
/// </summary>
public sealed partial class CatalogueTests
{
    /// <summary>FindCoordinator is asked by groups, which are not there yet.</summary>
    static readonly int[] NotYet = [31];

    [Test]
    public void Every_number_has_a_test()
    {
        var tests = typeof(CatalogueTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static))
            .SelectMany(Names)
            .Concat(BadBatch.At(0).Concat(BadBatch.FoundLater(0)).Select(bad => bad.Name))
            .Concat(AnswerFrameTests.Attacks().Select(attack => attack.TestName!));
        var covered = tests.SelectMany(name => Number().Matches(name)).Select(match => int.Parse(match.Groups[1].ValueSpan, null)).ToHashSet();
        int[] wanted = [.. Enumerable.Range(1, 63), 77, .. Enumerable.Range(86, 5)];
        Assert.That(wanted.Except(covered).Except(NotYet), Is.Empty);
    }

    static IEnumerable<string> Names(MethodInfo method) =>
        method.GetCustomAttributes<TestCaseAttribute>().Select(one => one.TestName).OfType<string>()
            .Concat(method.GetCustomAttribute<TestAttribute>() is null && !method.GetCustomAttributes<TestCaseAttribute>().Any() ? [] : [method.Name]);

    [GeneratedRegex(@"I(\d{3})_")]
    private static partial Regex Number();
}
