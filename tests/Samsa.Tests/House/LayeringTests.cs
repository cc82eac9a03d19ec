using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Samsa.Tests.House;

[TestFixture]
public sealed class LayeringTests
{
    // The stages of the data path. Producing stands beside Partitions: neither knows the other.
    static readonly Dictionary<string, string[]> Knows = new()
    {
        ["Security"] = [],
        ["Connections"] = ["Security"],
        ["Cluster"] = ["Connections"],
        ["Partitions"] = ["Connections", "Cluster"],
        ["Producing"] = ["Connections", "Cluster"],
        ["Groups"] = ["Connections", "Cluster", "Partitions"],
        ["Topics"] = ["Connections", "Cluster", "Partitions", "Producing", "Groups"],
        ["Operators"] = ["Connections", "Cluster", "Partitions", "Producing", "Groups", "Topics"],
    };

    [Test]
    public void Samsa_Wire_knows_no_Kafka_and_no_other_part() =>
        Assert.Multiple(() =>
        {
            Assert.That(SamsaReferencesOf("Samsa.Wire"), Is.Empty);
            Assert.That(TypesOf("Samsa.Wire").Where(name => name.Contains("Kafka", StringComparison.Ordinal)), Is.Empty);
        });

    [Test]
    public void Samsa_Protocol_knows_bytes_but_no_sockets() =>
        Assert.Multiple(() =>
        {
            Assert.That(SamsaReferencesOf("Samsa.Protocol"), Is.EquivalentTo(["Samsa.Wire"]));
            Assert.That(ReferencesOf("Samsa.Protocol"), Has.None.StartsWith("System.Net"));
        });

    [Test]
    public void Samsa_ZooKeeper_knows_bytes_and_no_Kafka() =>
        Assert.Multiple(() =>
        {
            Assert.That(SamsaReferencesOf("Samsa.ZooKeeper"), Is.EquivalentTo(["Samsa.Wire"]));
            Assert.That(TypesOf("Samsa.ZooKeeper").Where(name => name.Contains("Kafka", StringComparison.Ordinal)), Is.Empty);
        });

    [Test]
    public void Samsa_Flow_knows_Reactive_Extensions_and_no_Kafka() =>
        Assert.Multiple(() =>
        {
            Assert.That(SamsaReferencesOf("Samsa.Flow"), Is.Empty);
            Assert.That(ReferencesOf("Samsa.Flow"), Does.Contain("System.Reactive").And.None.StartsWith("System.Net"));
            Assert.That(TypesOf("Samsa.Flow").Where(name => name.Contains("Kafka", StringComparison.Ordinal)), Is.Empty);
        });

    [Test]
    public void Samsa_Marbles_knows_no_Kafka_and_no_other_part() =>
        Assert.That(SamsaReferencesOf("Samsa.Marbles"), Is.Empty);

    [Test]
    public void Samsa_Embedded_shares_the_protocols_with_the_client_and_nothing_else() =>
        Assert.That(SamsaReferencesOf("Samsa.Embedded"), Is.EquivalentTo(["Samsa.Protocol", "Samsa.ZooKeeper", "Samsa.Wire"]));

    [Test]
    public void Samsa_Rx_does_not_need_the_embedded_broker() =>
        Assert.That(SamsaReferencesOf("Samsa.Rx"), Has.None.EqualTo("Samsa.Embedded"));

    [Test]
    public void Each_folder_of_Samsa_Rx_is_a_known_stage() =>
        Assert.That(Directory.GetDirectories(Repository.PathOf("src", "Samsa.Rx")).Select(Path.GetFileName).Except(["bin", "obj"]),
            Is.SubsetOf(Knows.Keys));

    [Test]
    public void Each_stage_of_Samsa_Rx_names_only_the_stages_before_it()
    {
        var files = Repository.SourcesIn("src", "Samsa.Rx").Select(Parsed.From).ToList();
        // A type that several folders declare (partial, or a name used twice) belongs to all of them.
        var homes = files.SelectMany(file => file.Declared.Select(name => (name, file.Stage))).ToLookup(t => t.name, t => t.Stage);

        var trespasses =
            from file in files
            where file.Stage is not ""
            from name in file.Named
            where homes.Contains(name)
            where !homes[name].Any(home => home == file.Stage || Knows[file.Stage].Contains(home) || home is "" && name is not "Kafka")
            select $"{file.Stage}/{Path.GetFileName(file.Path)} names {name} of {string.Join(", ", homes[name].Distinct().Select(h => h is "" ? "the front door" : h))}";

        Assert.That(trespasses.Distinct(), Is.Empty);
    }

    sealed record Parsed(string Path, string Stage, IReadOnlySet<string> Declared, IReadOnlySet<string> Named)
    {
        public static Parsed From(string path)
        {
            var root = CSharpSyntaxTree.ParseText(File.ReadAllText(path)).GetRoot();
            // Types nested in another type are reached through it.
            var declared = root.DescendantNodes().OfType<MemberDeclarationSyntax>()
                .Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && node.Parent is not TypeDeclarationSyntax)
                .Select(node => node is BaseTypeDeclarationSyntax type ? type.Identifier.Text : ((DelegateDeclarationSyntax)node).Identifier.Text);
            var named = root.DescendantNodes().OfType<SimpleNameSyntax>().Where(IsAType).Select(name => name.Identifier.Text);
            var inside = System.IO.Path.GetRelativePath(Repository.PathOf("src", "Samsa.Rx"), path).Split(System.IO.Path.DirectorySeparatorChar);
            return new(path, inside.Length == 1 ? "" : inside[0], declared.ToHashSet(), named.ToHashSet());
        }

        // `x.Topic` and `Topic = y` are members; `Topic x`, `new Topic()`, `Topic.Y` may be the type.
        static bool IsAType(SimpleNameSyntax name) =>
            name.Parent is not MemberAccessExpressionSyntax access || access.Expression == name
                ? name.Parent is not (NameColonSyntax or NameEqualsSyntax or MemberBindingExpressionSyntax) && IsDeclaredAsAType(name)
                : false;

        static bool IsDeclaredAsAType(SimpleNameSyntax name) =>
            name.Parent is VariableDeclarationSyntax or ParameterSyntax or ObjectCreationExpressionSyntax or TypeArgumentListSyntax
                or BaseTypeSyntax or PropertyDeclarationSyntax or MethodDeclarationSyntax or CastExpressionSyntax or NullableTypeSyntax
                or ArrayTypeSyntax or DeclarationPatternSyntax or ConstantPatternSyntax or TypeOfExpressionSyntax or RecursivePatternSyntax
                or MemberAccessExpressionSyntax or TypeConstraintSyntax or CatchDeclarationSyntax or RefTypeSyntax or LocalFunctionStatementSyntax
                or QualifiedNameSyntax or TypePatternSyntax or TupleElementSyntax or BinaryExpressionSyntax
            && !(name.Parent is BinaryExpressionSyntax binary && !binary.IsKind(SyntaxKind.IsExpression) && !binary.IsKind(SyntaxKind.AsExpression));
    }

    static IEnumerable<string> ReferencesOf(string assembly) =>
        Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!);

    static IEnumerable<string> SamsaReferencesOf(string assembly) =>
        ReferencesOf(assembly).Where(name => name.StartsWith("Samsa", StringComparison.Ordinal));

    static IEnumerable<string> TypesOf(string assembly) => Assembly.Load(assembly).GetTypes().Select(type => type.FullName!);
}
