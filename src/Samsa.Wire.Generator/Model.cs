namespace Samsa.Wire.Generator;

/// <summary>The versions that have something, both ends included.</summary>
readonly record struct VersionRange(short First, short Last)
{
    public bool Contains(VersionRange other) => First <= other.First && other.Last <= Last;

    public VersionRange From(short first) => this with { First = Math.Max(First, first) };

    public VersionRange To(short last) => this with { Last = Math.Min(Last, last) };

    public bool IsEmpty => First > Last;
}

/// <summary>How one value is spelt.</summary>
enum WireType { Boolean, Int8, Int16, UInt16, Int32, UInt32, Int64, Float64, Uuid, String, Bytes, Record }

/// <summary>The type of a value: of a field that is no list, or of the items of a list.</summary>
/// <param name="Wire">How it is spelt.</param>
/// <param name="Name">The C# type, without its question mark.</param>
/// <param name="IsEnum">Whether it is an enum and has to be cast.</param>
/// <param name="Nullable">Whether it may be null.</param>
/// <param name="PartBytes">The fewest bytes of a record that several APIs hold; negative for anything else.</param>
sealed record ValueType(WireType Wire, string Name, bool IsEnum, bool Nullable, int PartBytes = -1);

/// <summary>A field of a record.</summary>
/// <param name="Name">The property.</param>
/// <param name="Value">The type, or that of the items.</param>
/// <param name="IsList">Whether it is a list.</param>
/// <param name="ListNullable">Whether the list may be null.</param>
/// <param name="Versions">The versions that have it.</param>
/// <param name="NullableSince">The first version in which it may be null.</param>
/// <param name="Tag">Its tag, negative for none.</param>
sealed record FieldModel(
    string Name, ValueType Value, bool IsList, bool ListNullable, VersionRange Versions, short NullableSince, int Tag)
{
    public bool IsNullable => IsList ? ListNullable : Value.Nullable;

    public bool IsTagged => Tag >= 0;
}

/// <summary>A record: the request, the response, or one nested in them.</summary>
/// <param name="Path">Its name after the one of the API: <c>Response.PartitionData</c>.</param>
/// <param name="HasConstructor">Whether it declares its own constructor without parameters.</param>
/// <param name="Fields">Its fields in the order of the wire.</param>
/// <param name="Nested">The records nested in it.</param>
sealed record RecordModel(
    string Path, bool HasConstructor, EquatableArray<FieldModel> Fields, EquatableArray<RecordModel> Nested)
{
    public string Name => Path.Substring(Path.LastIndexOf('.') + 1);
}

/// <summary>An API; or a part that several APIs hold, which is all its request then, and has no response.</summary>
sealed record ApiModel(
    string? Namespace, string Name, short Key, VersionRange Versions, short FlexibleSince, bool IsJute,
    RecordModel Request, RecordModel? Response)
{
    public bool IsEverFlexible => FlexibleSince <= Versions.Last;
}

/// <summary>What came of a declaration: a model when it can be generated, and what is wrong with it.</summary>
sealed record Declared(ApiModel? Api, EquatableArray<Fault> Faults);
