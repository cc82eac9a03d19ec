using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Samsa.Wire.Generator;

/// <summary>Writes Read and Write, in all versions, of the messages that <c>[Api]</c> classes declare.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class MessageGenerator : IIncrementalGenerator
{
    /// <summary>The name of the step whose output is compared; tests look at whether it was cached.</summary>
    public const string DeclaredStep = "Declared";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var declared = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                "Samsa.Wire.ApiAttribute",
                (node, _) => node is ClassDeclarationSyntax,
                (found, cancel) =>
                    new ApiReader((INamedTypeSymbol)found.TargetSymbol, found.Attributes[0]).Read(cancel))
            .WithTrackingName(DeclaredStep);
        context.RegisterSourceOutput(declared, Generate);
        var parts = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                PartReader.Attribute,
                (node, _) => node is RecordDeclarationSyntax,
                (found, _) => new PartReader((INamedTypeSymbol)found.TargetSymbol).Read())
            .WithTrackingName(DeclaredStep);
        context.RegisterSourceOutput(parts, Generate);
    }

    static void Generate(SourceProductionContext context, Declared declared)
    {
        foreach (var fault in declared.Faults) context.ReportDiagnostic(fault.ToDiagnostic());
        if (declared.Api is not { } api) return;
        var name = api.Namespace is null ? api.Name : $"{api.Namespace}.{api.Name}";
        context.AddSource($"{name}.g.cs", SourceText.From(new ApiText(api).ToString(), Encoding.UTF8));
    }
}
