using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Samsa.Wire.Generator;

/// <summary>Reads the records of an API from their symbols; of no API, those of a part.</summary>
sealed class RecordReader(INamedTypeSymbol? api, VersionRange versions, short flexibleSince, List<Fault> faults)
{
    const string AttributeNamespace = "Samsa.Wire";

    public RecordModel Read(INamedTypeSymbol record)
    {
        var isRecordClass = record is { IsRecord: true, IsValueType: false, IsGenericType: false };
        if (!isRecordClass || !ApiReader.IsPartial(record) || HasParameters(record))
            faults.Add(Fault.At(record, Rules.NotPartial, record.Name));
        CheckRecursion(record);
        var fields = FieldsOf(record).Select(ReadField).OfType<FieldModel>().ToEquatable();
        CheckTags(record, fields);
        var constructor = record.InstanceConstructors.Any(own => own.Parameters.IsEmpty && !own.IsImplicitlyDeclared);
        var nested = record.GetTypeMembers().Where(type => type.IsRecord).Select(Read).ToEquatable();
        return new RecordModel(PathOf(record), constructor, fields, nested);
    }

    static IEnumerable<IPropertySymbol> FieldsOf(INamedTypeSymbol record) =>
        record.GetMembers().OfType<IPropertySymbol>().Where(property => property is
        {
            IsStatic: false, IsImplicitlyDeclared: false, IsIndexer: false,
            SetMethod: not null, DeclaredAccessibility: Accessibility.Public,
        });

    static bool HasParameters(INamedTypeSymbol record) => record.DeclaringSyntaxReferences
        .Any(part => part.GetSyntax() is RecordDeclarationSyntax { ParameterList: not null });

    FieldModel? ReadField(IPropertySymbol property)
    {
        var since = Given(property, "SinceAttribute") as short?;
        var until = Given(property, "UntilAttribute") as short?;
        var nullableSince = Given(property, "NullableSinceAttribute") as short?;
        var tag = Given(property, "TagAttribute") as int?;
        var type = property.Type;
        var listItem = ItemOf(type);
        var value = ReadValue(listItem ?? type);
        // Kafka has no lists with holes.
        if (listItem is not null && value is { Nullable: true }) value = null;
        var range = new VersionRange(since ?? versions.First, until ?? versions.Last);
        var count = faults.Count;

        if (value is null) Report(Rules.UnsupportedType, property.Name, type.ToDisplayString());
        if (range.IsEmpty || !versions.Contains(range))
            Report(
                Rules.NoVersions, property.Name, $"{range.First}", $"{range.Last}", $"{versions.First}", $"{versions.Last}");
        if (tag < 0) Report(Rules.NegativeTag, property.Name, $"{tag}");
        if (tag >= 0 && range.First < flexibleSince)
            Report(Rules.TagOutsideFlexible, property.Name, $"{tag}", $"{range.First}");
        var listNullable = listItem is not null && type.NullableAnnotation == NullableAnnotation.Annotated;
        if (nullableSince is not null && value is not null && !(listItem is null ? value.Nullable : listNullable))
            Report(Rules.NullableSinceOnNonNullable, property.Name);
        if (nullableSince < range.First || nullableSince > range.Last)
            Report(Rules.NeverNullable, property.Name, $"{nullableSince}", $"{range.First}", $"{range.Last}");
        return value is null || faults.Count > count
            ? null
            : new FieldModel(
                property.Name, value, listItem is not null, listNullable, range, nullableSince ?? range.First, tag ?? -1);

        void Report(DiagnosticDescriptor rule, params string[] arguments) =>
            faults.Add(Fault.At(property, rule, arguments));
    }

    static object? Given(IPropertySymbol property, string attribute) => property.GetAttributes()
        .Where(given => given.AttributeClass?.Name == attribute &&
            given.AttributeClass.ContainingNamespace.ToDisplayString() == AttributeNamespace)
        .Select(given => given.ConstructorArguments[0].Value).FirstOrDefault();

    static ITypeSymbol? ItemOf(ITypeSymbol type) =>
        type is INamedTypeSymbol
        {
            OriginalDefinition.SpecialType: SpecialType.System_Collections_Generic_IReadOnlyList_T,
        } list
            ? list.TypeArguments[0]
            : null;

    ValueType? ReadValue(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            return IsBytes(nullable.TypeArguments[0]) ? new(WireType.Bytes, "ReadOnlyMemory<byte>", false, true) : null;
        if (IsBytes(type)) return new(WireType.Bytes, "ReadOnlyMemory<byte>", false, false);
        if (IsGuid(type)) return new(WireType.Uuid, "Guid", false, false);
        var annotated = type.NullableAnnotation == NullableAnnotation.Annotated;
        if (type.SpecialType == SpecialType.System_String) return new(WireType.String, "string", false, annotated);
        if (PartReader.IsPart(type)) return ReadPart((INamedTypeSymbol)type, annotated);
        if (IsOwnRecord(type)) return new(WireType.Record, NameOf((INamedTypeSymbol)type), false, annotated);
        var isEnum = type.TypeKind == TypeKind.Enum;
        var number = isEnum ? ((INamedTypeSymbol)type).EnumUnderlyingType! : type;
        return Number(number.SpecialType) is { } wire ? new(wire, Printed(type), isEnum, false) : null;
    }

    // Null when it would hold itself, which is reported where it is declared.
    ValueType? ReadPart(INamedTypeSymbol part, bool annotated)
    {
        if (flexibleSince < short.MaxValue) faults.Add(Fault.At(part, Rules.PartOfFlexible, part.Name, api?.Name ?? ""));
        var declared = new PartReader(part).Read();
        return declared.Api is { } model
            ? new(WireType.Record, Printed(part), false, annotated, new MinSizes(model).OfRequest)
            : null;
    }

    static WireType? Number(SpecialType type) => type switch
    {
        SpecialType.System_Boolean => WireType.Boolean,
        SpecialType.System_SByte => WireType.Int8,
        SpecialType.System_Int16 => WireType.Int16,
        SpecialType.System_UInt16 => WireType.UInt16,
        SpecialType.System_Int32 => WireType.Int32,
        SpecialType.System_UInt32 => WireType.UInt32,
        SpecialType.System_Int64 => WireType.Int64,
        SpecialType.System_Double => WireType.Float64,
        _ => null,
    };

    static string Printed(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    static bool IsBytes(ITypeSymbol type) => Printed(type) == "global::System.ReadOnlyMemory<byte>";

    static bool IsGuid(ITypeSymbol type) => Printed(type) == "global::System.Guid";

    bool IsOwnRecord(ITypeSymbol type) => type is { IsRecord: true, IsValueType: false } &&
        Chain(type).Skip(1).Contains(api!, SymbolEqualityComparer.Default);

    static IEnumerable<INamedTypeSymbol> Chain(ITypeSymbol type)
    {
        for (var at = type as INamedTypeSymbol; at is not null; at = at.ContainingType) yield return at;
    }

    /// <summary>The name of a record after the one of the API.</summary>
    string PathOf(INamedTypeSymbol record)
    {
        var inside = Chain(record).TakeWhile(at => !SymbolEqualityComparer.Default.Equals(at, api));
        return string.Join(".", inside.Select(at => at.Name).Reverse());
    }

    /// <summary>What generated code calls a record.</summary>
    string NameOf(INamedTypeSymbol record) => $"{api!.Name}.{PathOf(record)}";

    void CheckTags(INamedTypeSymbol record, IEnumerable<FieldModel> fields)
    {
        var tags = fields.Where(field => field.IsTagged).GroupBy(field => field.Tag);
        foreach (var same in tags.Where(same => same.Count() > 1))
        {
            var second = same.ElementAt(1);
            var property = record.GetMembers(second.Name).First();
            faults.Add(Fault.At(property, Rules.DuplicateTag, second.Name, $"{same.Key}", same.First().Name));
        }
    }

    void CheckRecursion(INamedTypeSymbol record)
    {
        var seen = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var next = new Stack<(INamedTypeSymbol Held, string By)>(Held(record).Select(held => (held, held.Name)));
        while (next.Count > 0)
        {
            var (held, by) = next.Pop();
            if (SymbolEqualityComparer.Default.Equals(held, record))
            {
                faults.Add(Fault.At(record, Rules.Recursive, record.Name, by));
                return;
            }

            if (!seen.Add(held)) continue;
            foreach (var deeper in Held(held)) next.Push((deeper, by));
        }
    }

    IEnumerable<INamedTypeSymbol> Held(INamedTypeSymbol record) => FieldsOf(record)
        .Select(property => ItemOf(property.Type) ?? property.Type).Where(IsOwnRecord).OfType<INamedTypeSymbol>();
}
