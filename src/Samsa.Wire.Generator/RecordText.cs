namespace Samsa.Wire.Generator;

/// <summary>Writes the other half of a record, and of the records nested in it: the constructors and the writing of fields.</summary>
sealed class RecordText(ApiModel api, MinSizes sizes, IndentedText text)
{
    readonly ReadText reading = new(api, sizes, text);
    readonly WriteText writing = new(api, text);

    public void Members(RecordModel record, string accessibility)
    {
        if (record.Fields.Any(field => field.IsTagged))
        {
            text.Line("// Tagged fields that equal these are left out.");
            text.Line($"static readonly {record.Name} Untouched = new();");
            text.Line();
        }

        if (!record.HasConstructor)
        {
            text.Line("/// <summary>All fields have their defaults.</summary>");
            text.Open($"public {record.Name}()");
            text.Close();
            text.Line();
        }

        reading.Constructor(record, accessibility);
        text.Line();
        writing.Fields(record, accessibility);
        foreach (var field in record.Fields.Where(field => field.IsList || field.Value.Wire == WireType.Record))
        {
            text.Line();
            reading.Method(field);
            text.Line();
            writing.Method(field);
        }

        foreach (var nested in record.Nested)
        {
            text.Line();
            text.Open($"partial record {nested.Name}");
            Members(nested, "internal");
            text.Close();
        }
    }

    /// <summary>The condition under which a version has a field, or null when every version has it.</summary>
    public static string? Condition(VersionRange all, VersionRange some) =>
        (some.First > all.First, some.Last < all.Last) switch
        {
            (false, false) => null,
            (true, false) => $"version >= {some.First}",
            (false, true) => $"version <= {some.Last}",
            _ when some.First == some.Last => $"version == {some.First}",
            _ => $"version is >= {some.First} and <= {some.Last}",
        };

    /// <summary>The end of the name of the reader's and writer's method.</summary>
    public static string Suffix(ValueType value, bool nullable) => value.Wire switch
    {
        WireType.String => nullable ? "NullableString" : "String",
        WireType.Bytes => nullable ? "NullableBytes" : "Bytes",
        var wire => wire.ToString(),
    };

    /// <summary>The condition under which a nullable field may not be null, or null when it always may.</summary>
    public static string? NotNullBefore(FieldModel field) =>
        field.IsNullable && field.NullableSince > field.Versions.First ? $"version < {field.NullableSince}" : null;

    /// <summary>Whether the method of a field looks at the version.</summary>
    public static bool NeedsVersion(FieldModel field) =>
        field.Value.Wire == WireType.Record || NotNullBefore(field) is not null;
}
