using Microsoft.CodeAnalysis;

namespace Samsa.Wire.Generator;

/// <summary>Reads the declaration of a record that several APIs hold.</summary>
sealed class PartReader(INamedTypeSymbol part)
{
    public const string Attribute = "Samsa.Wire.PartAttribute";

    public static bool IsPart(ITypeSymbol type) => type is { IsRecord: true, IsValueType: false } &&
        type.GetAttributes().Any(given => given.AttributeClass?.ToDisplayString() == Attribute);

    public Declared Read()
    {
        var faults = new List<Fault>();
        if (part.ContainingType is not null) faults.Add(Fault.At(part, Rules.NotPartial, part.Name));
        if (HoldsItself(part, [])) return new(null, new[] { Fault.At(part, Rules.Recursive, part.Name, part.Name) }.ToEquatable());
        var record = new RecordReader(null, new(0, 0), short.MaxValue, faults).Read(part);
        var model = new ApiModel(
            part.ContainingNamespace.IsGlobalNamespace ? null : part.ContainingNamespace.ToDisplayString(),
            part.Name, 0, new(0, 0), short.MaxValue, false, record, null);
        return new(faults.Count == 0 ? model : null, faults.ToEquatable());
    }

    static bool HoldsItself(INamedTypeSymbol record, HashSet<ISymbol> around)
    {
        if (!around.Add(record)) return true;
        var held = record.GetMembers().OfType<IPropertySymbol>().Where(property => !property.IsStatic)
            .Select(property => property.Type is INamedTypeSymbol { TypeArguments.Length: 1 } list ? list.TypeArguments[0] : property.Type);
        var any = held.Where(IsPart).OfType<INamedTypeSymbol>().Any(inner => HoldsItself(inner, around));
        around.Remove(record);
        return any;
    }
}
