using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Samsa.Wire;
using Samsa.Wire.Generator;

namespace Samsa.Tests.Wire;

public sealed class GeneratorTests
{
    const string Messages = "public sealed partial record Request : IMessage<Request>, IRequest<Response>; public sealed partial record Response : IMessage<Response>;";

    static readonly CSharpParseOptions Latest = new(LanguageVersion.Latest);

    static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System", StringComparison.Ordinal) || path.EndsWith("netstandard.dll", StringComparison.Ordinal))
            .Append(typeof(WireReader).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path))];

    [TestCase("SAMSA001", "[Api(1, \"0\")] public partial class A { " + Messages + " }", Description = "not static")]
    [TestCase("SAMSA001", "[Api(1, \"0\")] public static class A { public sealed partial record Request; public sealed partial record Response; }", Description = "not partial")]
    [TestCase("SAMSA001", "public static partial class Outer { [Api(1, \"0\")] public static partial class A { " + Messages + " } }", Description = "nested")]
    [TestCase("SAMSA002", "[Api(1, \"0\")] public static partial class A { public sealed partial record Request; }")]
    [TestCase("SAMSA002", "[Api(1, \"0\")] public static partial class A { public sealed partial record Response; }")]
    [TestCase("SAMSA003", "[Api(1, \"\")] public static partial class A { " + Messages + " }")]
    [TestCase("SAMSA003", "[Api(1, \"0-\")] public static partial class A { " + Messages + " }")]
    [TestCase("SAMSA003", "[Api(1, \"0+\")] public static partial class A { " + Messages + " }")]
    [TestCase("SAMSA003", "[Api(1, \"3-2\")] public static partial class A { " + Messages + " }")]
    [TestCase("SAMSA008", "[Api(1, \"0\")] public static partial class A { public sealed partial record Request(int A); public sealed partial record Response; }", Description = "a primary constructor")]
    [TestCase("SAMSA008", "[Api(1, \"0\")] public static partial class A { public sealed record Request; public sealed partial record Response; }")]
    [TestCase("SAMSA008", "[Api(1, \"0\")] public static partial class A { public sealed partial class Request; public sealed partial record Response; }")]
    [TestCase("SAMSA008", "public class Outer { [Part] public sealed partial record A; }", Description = "a nested part")]
    [TestCase("SAMSA005", "[Part] public sealed partial record A { public decimal X { get; init; } }")]
    [TestCase("SAMSA010", "[Part] public sealed partial record A { public IReadOnlyList<A> X { get; init; } = []; }")]
    public void A_wrong_class_is_reported(string rule, string source) => Reports(rule, source);

    [TestCase("SAMSA004", "[Since(3), Until(2)] public int X { get; init; }", Description = "since after until")]
    [TestCase("SAMSA004", "[Since(6)] public int X { get; init; }", Description = "after the last version")]
    [TestCase("SAMSA004", "[Until(7)] public int X { get; init; }")]
    [TestCase("SAMSA005", "public decimal X { get; init; }")]
    [TestCase("SAMSA005", "public int? X { get; init; }")]
    [TestCase("SAMSA005", "public byte[] X { get; init; } = [];")]
    [TestCase("SAMSA005", "public List<int> X { get; init; } = [];")]
    [TestCase("SAMSA005", "public IReadOnlyList<string?> X { get; init; } = [];")]
    [TestCase("SAMSA005", "public IReadOnlyList<IReadOnlyList<int>> X { get; init; } = [];")]
    [TestCase("SAMSA005", "public Version X { get; init; } = new();")]
    [TestCase("SAMSA006", "[Since(4), Tag(1)] public int X { get; init; } [Since(4), Tag(1)] public int Y { get; init; }")]
    [TestCase("SAMSA007", "[Since(3), Tag(1)] public int X { get; init; }")]
    [TestCase("SAMSA007", "[Tag(0)] public int X { get; init; }")]
    [TestCase("SAMSA008", "public sealed record Nested; public Nested X { get; init; } = new();")]
    [TestCase("SAMSA009", "[NullableSince(2)] public int X { get; init; }")]
    [TestCase("SAMSA009", "[NullableSince(2)] public string X { get; init; } = \"\";")]
    [TestCase("SAMSA009", "[NullableSince(2)] public IReadOnlyList<string> X { get; init; } = [];")]
    [TestCase("SAMSA010", "public sealed partial record Tree { public IReadOnlyList<Tree> Trees { get; init; } = []; } public Tree? X { get; init; }")]
    [TestCase("SAMSA010", "public sealed partial record A { public B? B { get; init; } } public sealed partial record B { public A? A { get; init; } }")]
    [TestCase("SAMSA011", "[Since(4), Tag(-1)] public int X { get; init; }")]
    [TestCase("SAMSA012", "[Since(2), Until(3), NullableSince(4)] public string? X { get; init; }")]
    public void A_wrong_field_is_reported(string rule, string field) => Reports(rule, Api(field));

    [Test]
    public void A_report_points_at_the_property()
    {
        var fault = Run(Api("public decimal Price { get; init; }")).Result.Diagnostics.Single();
        Assert.Multiple(() =>
        {
            Assert.That(fault.Location.SourceSpan.Length, Is.EqualTo("Price".Length));
            Assert.That(fault.GetMessage(null), Is.EqualTo("'Price' has the type decimal, which has no spelling on the wire"));
        });
    }

    [Test]
    public void What_is_generated_compiles_without_a_warning()
    {
        var fields = """
            [NullableSince(3)] public string? Name { get; init; } = "";
            [Since(4), Tag(2)] public IReadOnlyList<Part> Parts { get; init; } = [];
            public sealed partial record Part { public Part? NotRead => null; public int Number { get; init; } }
            """;
        var compiled = Run(Api(fields)).Compilation;
        Assert.That(compiled.GetDiagnostics().Where(found => found.Severity >= DiagnosticSeverity.Warning), Is.Empty);
    }

    [Test]
    public void A_part_is_generated_once_and_held_by_several()
    {
        var (compiled, result) = Run("""
            [Part] public sealed partial record Shared { public string A { get; init; } = ""; public long B { get; init; } }
            [Api(1, "0", Jute = true)]
            public static partial class A
            {
                public sealed partial record Request : IMessage<Request>, IRequest<Response> { public IReadOnlyList<Shared> X { get; init; } = []; }
                public sealed partial record Response : IMessage<Response> { public Shared Y { get; init; } = new(); }
            }
            """);
        Assert.That(compiled.GetDiagnostics().Where(found => found.Severity >= DiagnosticSeverity.Warning), Is.Empty);
        Assert.That(result.GeneratedTrees, Has.Length.EqualTo(2));
        // A string and eight bytes: of a part it is not known whether the length of the string takes two bytes or four.
        Assert.That(string.Concat(result.GeneratedTrees), Does.Contain("ReadArrayLength(10, \"X\")").And.Contain("reader.Jute = true;"));
    }

    [Test]
    public void A_part_is_not_for_flexible_versions()
    {
        var (_, result) = Run(Api("public Shared X { get; init; } = new();") + " [Part] public sealed partial record Shared;");
        Assert.That(result.Diagnostics.Select(found => found.Id), Is.EqualTo(["SAMSA013"]));
    }

    [Test]
    public void What_is_generated_says_so_and_has_no_trailing_space()
    {
        var text = Run(Api("public int X { get; init; }")).Result.GeneratedTrees.Single().ToString();
        Assert.That(text, Does.StartWith("// <auto-generated/>\n#nullable enable\n"));
        Assert.That(text.Split('\n').Where(line => line.EndsWith(' ')), Is.Empty);
    }

    [Test]
    public void Nothing_is_generated_again_when_something_else_changes()
    {
        var driver = CSharpGeneratorDriver.Create(
            [new MessageGenerator().AsSourceGenerator()], parseOptions: Latest,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        var first = Compile(Api("public decimal Wrong { get; init; } public int Right { get; init; }"));
        var second = first.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class Other;", Latest));
        var result = driver.RunGenerators(first).RunGenerators(second).GetRunResult().Results.Single();
        var reasons = result.TrackedSteps[MessageGenerator.DeclaredStep].SelectMany(step => step.Outputs).Select(output => output.Reason);
        Assert.That(reasons, Is.All.AnyOf(IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged));
        var outputs = result.TrackedOutputSteps.SelectMany(steps => steps.Value).SelectMany(step => step.Outputs).Select(output => output.Reason);
        Assert.That(outputs, Is.All.EqualTo(IncrementalStepRunReason.Cached));
    }

    [Test]
    public void A_list_that_would_not_fit_is_refused_by_the_bytes_of_its_shortest_item()
    {
        // An item is a string and a list in version 1, and in version 4 a tag section as well.
        var classic = Run(Api(
            """
            public IReadOnlyList<Item> Items { get; init; } = [];
            public sealed partial record Item { public string A { get; init; } = ""; public IReadOnlyList<int> B { get; init; } = []; [Since(4)] public Guid C { get; init; } }
            """)).Result.GeneratedTrees.Single().ToString();
        Assert.That(classic, Does.Contain("reader.ReadArrayLength(reader.Flexible ? 19 : 6, \"Items\")"));
    }

    static void Reports(string rule, string source)
    {
        var (_, result) = Run(source);
        Assert.That(result.Diagnostics.Select(found => found.Id), Does.Contain(rule).And.All.StartsWith("SAMSA"));
        Assert.That(result.GeneratedTrees, Is.Empty);
    }

    static string Api(string fields) =>
        $$"""
        [Api(1, "1-5", Flexible = 4)]
        public static partial class A
        {
            public sealed partial record Request : IMessage<Request>, IRequest<Response> { {{fields}} }
            public sealed partial record Response : IMessage<Response>;
        }
        """;

    static (Compilation Compilation, GeneratorDriverRunResult Result) Run(string source)
    {
        var driver = CSharpGeneratorDriver.Create([new MessageGenerator().AsSourceGenerator()], parseOptions: Latest)
            .RunGeneratorsAndUpdateCompilation(Compile(source), out var compiled, out _);
        return (compiled, driver.GetRunResult());
    }

    static CSharpCompilation Compile(string source) => CSharpCompilation.Create(
        "declared",
        [CSharpSyntaxTree.ParseText($"using System; using System.Collections.Generic; using Samsa.Wire; namespace Declared;\n{source}", Latest)],
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
}
