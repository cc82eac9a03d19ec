using System.Reflection;
using Samsa.Wire;

namespace Samsa.Fuzz;

/// <summary>A field of a declared record, found by reflection: a second reading of the declarations beside the generator's.</summary>
sealed record DeclaredField(PropertyInfo Property)
{
    public string Name => Property.Name;

    public short First => Property.GetCustomAttribute<SinceAttribute>()?.Version ?? 0;

    public short Last => Property.GetCustomAttribute<UntilAttribute>()?.Version ?? short.MaxValue;

    public int? Tag => Property.GetCustomAttribute<TagAttribute>()?.Tag;

    /// <summary>The type of the items of a list, null when it is none.</summary>
    public Type? Item { get; } =
        Property.PropertyType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? type.GetGenericArguments()[0]
            : null;

    /// <summary>The type, or that of the items, without its question mark.</summary>
    public Type Value => Nullable.GetUnderlyingType(Item ?? Property.PropertyType) ?? Item ?? Property.PropertyType;

    bool MayBeNull { get; } = Property.PropertyType.IsValueType
        ? Nullable.GetUnderlyingType(Property.PropertyType) is not null
        : new NullabilityInfoContext().Create(Property).ReadState == NullabilityState.Nullable;

    public static IReadOnlyList<DeclaredField> Of(Type record) => record.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.SetMethod is not null)
        .OrderBy(property => property.MetadataToken)
        .Select(property => new DeclaredField(property)).ToList();

    public static bool IsRecord(Type type) => type.DeclaringType is not null && type.IsClass;

    public bool IsIn(short version) => First <= version && version <= Last;

    public bool IsNullableIn(short version) =>
        MayBeNull && version >= (Property.GetCustomAttribute<NullableSinceAttribute>()?.Version ?? 0);

    public object? DefaultOf(Type record) => Property.GetValue(Activator.CreateInstance(record));
}
