using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Samsa.Tests.House;

namespace Samsa.Tests.Marbles;

/// <summary>Every operator has its files, and every file is about operators that exist.</summary>
[TestFixture]
public sealed class MarbleCoverTests
{
    static readonly Assembly[] Libraries = [typeof(Samsa.Flow.FlowObservable).Assembly, typeof(Samsa.Rx.KafkaObservable).Assembly];

    [TestCaseSource(nameof(Operators))]
    public void An_operator_has_files_for_the_usual_for_errors_and_for_the_end_of_a_subscription(string name) =>
        Assert.That(Covered[name].Count(), Is.GreaterThanOrEqualTo(3), $"files of /marbles with '%! covers {name}'");

    [Test]
    public void What_a_file_covers_exists() =>
        Assert.That(Covered.Where(covered => !Exists(covered.Key)).Select(covered => $"{covered.First()} covers {covered.Key}"), Is.Empty);

    [Test]
    public void Every_file_says_what_it_covers_and_where_the_gallery_shows_it() =>
        Assert.That(
            from file in MarbleFiles.OfOperators.Select(MarbleFiles.ReadFile)
            where file.Directives.Covers.Count == 0 || file.Directives.Topic is null || file.Prose.Length == 0
            select file.Path,
            Is.Empty);

    [Test]
    public void The_file_that_a_documentation_names_is_there()
    {
        var named = from file in Repository.SourcesIn("src")
                    from Match match in Regex.Matches(File.ReadAllText(file), @"<c>(marbles/[\w-]+\.marble)</c>")
                    select match.Groups[1].Value;

        Assert.That(named.Except(MarbleFiles.OfOperators), Is.Empty);
    }

    [TestCase("M:System.Reactive.Linq.Observable.Where", true)]
    [TestCase("T:System.Reactive.Linq.Observable", true)]
    [TestCase("P:System.String.Length", true)]
    [TestCase("M:System.Reactive.Linq.Observable.Were", false)]
    [TestCase("M:System.Reactive.Linq.Observables.Where", false)]
    [TestCase("System.Reactive.Linq.Observable.Where", false)]
    public void An_id_that_names_nothing_is_found(string id, bool exists) => Assert.That(Exists(id), Is.EqualTo(exists));

    static ILookup<string, string> Covered { get; } =
        (from file in MarbleFiles.OfOperators.Select(MarbleFiles.ReadFile)
         from cover in file.Directives.Covers
         select (cover.Text, file.Path)).ToLookup(pair => pair.Text, pair => pair.Path);

    // An operator takes a stream and is called on it. Overloads are one operator.
    static IEnumerable<string> Operators() =>
        (from library in Libraries
         from type in library.GetExportedTypes()
         from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
         where method.IsDefined(typeof(ExtensionAttribute)) && IsStream(method.GetParameters()[0].ParameterType)
         select $"M:{type.FullName}.{method.Name}").Distinct();

    static bool IsStream(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() is var open
        && (open == typeof(IObservable<>) || open == typeof(IAsyncEnumerable<>) || (open == typeof(IEnumerable<>) && IsStream(type.GenericTypeArguments[0])));

    static bool Exists(string id)
    {
        if (id is not [var kind, ':', .. var name]) return false;
        if (kind == 'T') return Find(name) is not null;
        var dot = name.LastIndexOf('.');
        return dot > 0 && Find(name[..dot]) is { } type && type.GetMember(name[(dot + 1)..]).Any(member => kind == member.MemberType switch
        {
            MemberTypes.Method => 'M',
            MemberTypes.Property => 'P',
            MemberTypes.Field => 'F',
            MemberTypes.Event => 'E',
            _ => '?',
        });
    }

    static Type? Find(string name) =>
        Libraries.Append(typeof(System.Reactive.Linq.Observable).Assembly).Append(typeof(string).Assembly)
            .Select(assembly => assembly.GetType(name)).FirstOrDefault(type => type is not null);
}
