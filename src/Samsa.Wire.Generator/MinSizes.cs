namespace Samsa.Wire.Generator;

/// <summary>The fewest bytes that something takes: what a count from the wire is compared with.</summary>
sealed class MinSizes(ApiModel api)
{
    readonly Dictionary<string, RecordModel> records = Flatten(api.Request).Concat(api.Response is null ? [] : Flatten(api.Response))
        .ToDictionary(record => $"{api.Name}.{record.Path}");

    /// <summary>A C# expression for the fewest bytes of an item of <paramref name="list"/>.</summary>
    public string OfItem(FieldModel list)
    {
        var (first, last) = (list.Versions.First, list.Versions.Last);
        var versions = Enumerable.Range(first, last - first + 1).Select(version => (short)version);
        var sizes = versions.ToLookup(version => version >= api.FlexibleSince, version => Of(list.Value, version));
        var flexible = sizes[true].DefaultIfEmpty(int.MaxValue).Min();
        var classic = sizes[false].DefaultIfEmpty(int.MaxValue).Min();
        return flexible == classic || classic == int.MaxValue ? $"{flexible}"
            : flexible == int.MaxValue ? $"{classic}"
            : $"reader.Flexible ? {flexible} : {classic}";
    }

    /// <summary>The fewest bytes of the request; of a part, that is all there is.</summary>
    public int OfRequest => Of(api.Request, api.Versions.First);

    int Of(ValueType value, short version) => value.Wire switch
    {
        WireType.Boolean or WireType.Int8 => 1,
        WireType.Int16 or WireType.UInt16 => 2,
        WireType.Int32 or WireType.UInt32 => 4,
        WireType.Int64 or WireType.Float64 => 8,
        WireType.Uuid => 16,
        WireType.String => version >= api.FlexibleSince ? 1 : api.IsJute ? 4 : 2,
        WireType.Bytes => version >= api.FlexibleSince ? 1 : 4,
        _ => value.PartBytes >= 0 ? value.PartBytes : Of(records[value.Name], version),
    };

    int Of(FieldModel field, short version) =>
        field.IsList ? version >= api.FlexibleSince ? 1 : 4
        : field.Value is { Wire: WireType.Record, Nullable: true } && version >= field.NullableSince ? 1
        : Of(field.Value, version);

    int Of(RecordModel record, short version) =>
        record.Fields
            .Where(field => !field.IsTagged && field.Versions.Contains(new(version, version)))
            .Sum(field => Of(field, version))
        + (version >= api.FlexibleSince ? 1 : 0);

    static IEnumerable<RecordModel> Flatten(RecordModel record) => record.Nested.SelectMany(Flatten).Prepend(record);
}
