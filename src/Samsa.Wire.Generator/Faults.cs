using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Samsa.Wire.Generator;

/// <summary>Something wrong in a declaration. Holds no syntax, so that it can be compared and kept.</summary>
sealed record Fault(
    DiagnosticDescriptor Rule, string File, TextSpan Span, LinePositionSpan Lines, EquatableArray<string> Arguments)
{
    public static Fault At(ISymbol symbol, DiagnosticDescriptor rule, params string[] arguments)
    {
        var place = symbol.Locations.FirstOrDefault(location => location.IsInSource) ?? Location.None;
        return new Fault(
            rule, place.SourceTree?.FilePath ?? "", place.SourceSpan, place.GetLineSpan().Span,
            arguments.ToEquatable());
    }

    public Diagnostic ToDiagnostic() =>
        Diagnostic.Create(Rule, Location.Create(File, Span, Lines), Arguments.ToArray<object>());
}

/// <summary>The rules of a declaration.</summary>
static class Rules
{
    public static readonly DiagnosticDescriptor NotStaticPartial = Rule(
        "SAMSA001", "An API is a static partial class",
        "'{0}' declares an API and must be a static partial class that is not nested or generic");

    public static readonly DiagnosticDescriptor MissingMessage = Rule(
        "SAMSA002", "An API has a Request and a Response",
        "'{0}' declares an API and must have a nested record named {1}");

    public static readonly DiagnosticDescriptor UnreadableVersions = Rule(
        "SAMSA003", "Versions are written as lowest and highest",
        "'{0}' cannot be read as versions; write \"0-13\" or \"3\"");

    public static readonly DiagnosticDescriptor NoVersions = Rule(
        "SAMSA004", "A field is in some version of its API",
        "'{0}' is in no version: {1} to {2}, while the API has {3} to {4}");

    public static readonly DiagnosticDescriptor UnsupportedType = Rule(
        "SAMSA005", "A field has a type of the wire",
        "'{0}' has the type {1}, which has no spelling on the wire");

    public static readonly DiagnosticDescriptor DuplicateTag = Rule(
        "SAMSA006", "A tag is used once",
        "'{0}' has tag {1}, which '{2}' has already");

    public static readonly DiagnosticDescriptor TagOutsideFlexible = Rule(
        "SAMSA007", "A tagged field is in flexible versions only",
        "'{0}' has tag {1}, but version {2} is not flexible");

    public static readonly DiagnosticDescriptor NotPartial = Rule(
        "SAMSA008", "A message is made of partial records",
        "'{0}' is part of a message and must be a partial record class without parameters");

    public static readonly DiagnosticDescriptor NullableSinceOnNonNullable = Rule(
        "SAMSA009", "NullableSince is for nullable fields",
        "'{0}' says since when it may be null, but its type cannot be null");

    public static readonly DiagnosticDescriptor Recursive = Rule(
        "SAMSA010", "A record does not hold itself",
        "'{0}' holds itself by way of '{1}'; a hostile peer could nest it without end");

    public static readonly DiagnosticDescriptor NegativeTag = Rule(
        "SAMSA011", "A tag is not negative",
        "'{0}' has tag {1}; tags count from 0");

    public static readonly DiagnosticDescriptor NeverNullable = Rule(
        "SAMSA012", "A field becomes nullable in one of its versions",
        "'{0}' may be null since version {1}, but is in the versions {2} to {3}");

    public static readonly DiagnosticDescriptor PartOfFlexible = Rule(
        "SAMSA013", "A part is not in flexible versions",
        "'{0}' is a part, which has no tagged fields, but '{1}' has flexible versions");

    static DiagnosticDescriptor Rule(string id, string title, string message) =>
        new(id, title, message, "Samsa.Wire", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
