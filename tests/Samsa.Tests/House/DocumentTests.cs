using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Samsa.Flow;
using Samsa.Rx;

namespace Samsa.Tests.House;

/// <summary>What the documents show can be typed in, and what they point to is there.</summary>
[TestFixture]
public sealed class DocumentTests
{
    // What the examples speak of without making it.
    const string Prelude = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Net.Http;
        using System.Threading;
        using System.Threading.Tasks;
        using System.Reactive.Linq;
        using Samsa.Embedded;
        using Samsa.Flow;
        using Samsa.Protocol;
        using Samsa.Rx;
        {0}
        static class Example
        {
            {4}
            static readonly Topic clicks = null!;
            static readonly CancellationToken stop;
            static readonly (IObservable<double> Readings, int Number) sensor = default;
            static void Handle(KafkaRecord record) { }
            static ProducerRecord ToRecord(double reading) => new($"{reading}");
            static ValueTask<string> StoreAsync(KafkaRecord record, CancellationToken stop) => new("");
            static ValueTask StoreAsync(IReadOnlyCollection<PartitionPosition> positions, CancellationToken stop) => default;
            static ValueTask<long> SaveAsync(KafkaRecord record, CancellationToken stop = default) => new(record.Offset);
            static IObservable<IReadOnlyCollection<GroupMember>> WhoIsThere() => Observable.Never<IReadOnlyCollection<GroupMember>>();
            static async Task Run()
            {
                await Task.Yield();
        #line {1} "{2}"
        {3}
            }
        }
        """;

    static readonly Dictionary<string, string> Given = new()
    {
        [""] = "static readonly Kafka kafka = null!;",
        ["docs/faults.md"] = "static readonly EmbeddedKafka kafka = null!; static readonly byte[] damagedBatch = [];",
    };

    static readonly IReadOnlyList<string> Documents =
    [
        .. Directory.EnumerateFiles(Repository.Root.FullName, "*.md"),
        .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories),
    ];

    [TestCaseSource(nameof(Examples))]
    public void An_example_can_be_typed_in(string document, int line, string code)
    {
        var usings = string.Concat(Regex.Matches(code, @"^using [\w.]+;\n", RegexOptions.Multiline).Where(match => !Prelude.Contains(match.Value.Trim())));
        var body = Regex.Replace(code, @"^using [\w.]+;\n", "\n", RegexOptions.Multiline);
        var text = Prelude.Replace("{0}", usings).Replace("{1}", $"{line}").Replace("{2}", document).Replace("{3}", body)
            .Replace("{4}", Given.GetValueOrDefault(document, Given[""]));
        var tree = CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);

        var wrong = CSharpCompilation.Create("Example", [tree], References.Built, options).GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity is DiagnosticSeverity.Error)
            .Select(diagnostic => $"{document}:{diagnostic.Location.GetMappedLineSpan().StartLinePosition.Line + 1}: {diagnostic.GetMessage(null)}");

        Assert.That(wrong, Is.Empty);
    }

    [TestCaseSource(nameof(Names))]
    public void What_a_document_points_to_is_there(string document)
    {
        var folder = Path.GetDirectoryName(Repository.PathOf(document))!;
        var broken =
            from Match link in Regex.Matches(Prose(document), @"\]\((?!https?:)([^)#]*)(#[^)]*)?\)")
            let file = link.Groups[1].Value is "" ? Repository.PathOf(document) : Path.GetFullPath(Path.Combine(folder, link.Groups[1].Value))
            where !File.Exists(file) && !Directory.Exists(file)
                || link.Groups[2].Value is ['#', .. var anchor] && file.EndsWith(".md", StringComparison.Ordinal) && !AnchorsOf(file).Contains(anchor)
            select link.Value;

        Assert.That(broken, Is.Empty);
    }

    [Test]
    public void The_table_of_operators_has_them_all()
    {
        var table = File.ReadAllText(Repository.PathOf("docs", "operators.md"));
        var operators = new[] { typeof(FlowObservable), typeof(KafkaObservable) }
            .SelectMany(home => home.GetMethods(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.DeclaredOnly))
            .Select(method => method.Name).Distinct();

        Assert.That(operators.Where(name => !table.Contains($"[`{name}`](marbles/README.md#")), Is.Empty);
    }

    static IEnumerable<TestCaseData> Examples() =>
        from name in Names()
        let text = File.ReadAllText(Repository.PathOf(name))
        from Match block in Regex.Matches(text, @"^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)
        let line = text.AsSpan(0, block.Groups[1].Index).Count('\n') + 1
        select new TestCaseData(name, line, block.Groups[1].Value).SetArgDisplayNames($"{name}:{line}");

    static IEnumerable<string> Names() => Documents.Select(path => Path.GetRelativePath(Repository.Root.FullName, path));

    static string Prose(string document) =>
        Regex.Replace(File.ReadAllText(Repository.PathOf(document)), "^```.*?^```|`[^`\n]*`(?!\\])", "", RegexOptions.Singleline | RegexOptions.Multiline);

    // As GitHub makes them of headings.
    static HashSet<string> AnchorsOf(string file) =>
    [
        .. Regex.Matches(File.ReadAllText(file), @"^#+ (.*)$", RegexOptions.Multiline)
#pragma warning disable CA1308 // Anchors are written small.
            .Select(heading => Regex.Replace(heading.Groups[1].Value.ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-')),
#pragma warning restore CA1308
    ];
}
