using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Samsa.Wire.Generator;

/// <summary>Reads the declaration of an API from its symbols.</summary>
sealed class ApiReader(INamedTypeSymbol api, AttributeData attribute)
{
    static readonly Regex Versions = new(@"^\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?$", RegexOptions.CultureInvariant);

    readonly List<Fault> faults = [];

    public Declared Read(CancellationToken cancel)
    {
        if (!api.IsStatic || !IsPartial(api) || api.ContainingType is not null || api.IsGenericType)
            faults.Add(Fault.At(api, Rules.NotStaticPartial, api.Name));
        var request = Message("Request");
        var response = Message("Response");
        if (ReadVersions() is not { } versions || request is null || response is null)
            return new(null, faults.ToEquatable());

        cancel.ThrowIfCancellationRequested();
        var flexible = Given("Flexible") as short? ?? -1;
        if (flexible < 0) flexible = short.MaxValue;
        var records = new RecordReader(api, versions, flexible, faults);
        var model = new ApiModel(
            api.ContainingNamespace.IsGlobalNamespace ? null : api.ContainingNamespace.ToDisplayString(),
            api.Name, (short)attribute.ConstructorArguments[0].Value!, versions, flexible,
            Given("Jute") is true, records.Read(request), records.Read(response));
        return new(faults.Count == 0 ? model : null, faults.ToEquatable());
    }

    /// <summary>Whether generated code can go on with the type.</summary>
    public static bool IsPartial(INamedTypeSymbol type) => type.DeclaringSyntaxReferences.All(part =>
        part.GetSyntax() is TypeDeclarationSyntax declared && declared.Modifiers.Any(SyntaxKind.PartialKeyword));

    object? Given(string argument) =>
        attribute.NamedArguments.FirstOrDefault(given => given.Key == argument).Value.Value;

    INamedTypeSymbol? Message(string name)
    {
        var message = api.GetTypeMembers(name).FirstOrDefault();
        if (message is null) faults.Add(Fault.At(api, Rules.MissingMessage, api.Name, name));
        return message;
    }

    VersionRange? ReadVersions()
    {
        var text = attribute.ConstructorArguments[1].Value as string ?? "";
        var match = Versions.Match(text);
        if (match.Success)
        {
            var first = short.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            var second = match.Groups[2];
            var last = second.Success ? short.Parse(second.Value, CultureInfo.InvariantCulture) : first;
            if (first <= last) return new(first, last);
        }

        faults.Add(Fault.At(api, Rules.UnreadableVersions, text));
        return null;
    }
}
