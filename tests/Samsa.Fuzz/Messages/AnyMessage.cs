using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Samsa.Fuzz;

/// <summary>Makes messages of any content, by reflection over their fields.</summary>
static class AnyMessage
{
    static readonly string[] Texts =
        ["", "a", "orders", "Ünïcødé", "\U0001F600 \u0000", new('x', 126), new('y', 127), new('ž', 9000)];

    static readonly long[] Edges =
        [0, 1, -1, sbyte.MinValue, sbyte.MaxValue, short.MinValue, short.MaxValue, int.MinValue, int.MaxValue, long.MinValue, long.MaxValue];

    static readonly int[] Lengths = [0, 0, 1, 61, 126, 127, 1023, 1024, 20_000];

    /// <summary>A message with any content in the fields that the version has.</summary>
    public static Gen<object> Of(Type record, short version)
    {
        var fields = DeclaredField.Of(record).Where(field => field.IsIn(version)).ToList();
        var values = Gen.CollectToArray(fields.Select(field => Of(field, record, version)));
        return values.Select(all =>
        {
            var made = Activator.CreateInstance(record)!;
            foreach (var (field, value) in fields.Zip(all)) field.Property.SetValue(made, value);
            return made;
        });
    }

    static Gen<object?> Of(DeclaredField field, Type record, short version)
    {
        var some = field.Item is null ? Value(field.Value, version) : List(field.Value, version);
        var choices = new List<(int, Gen<object?>)> { (6, some), (1, Gen.Constant(field.DefaultOf(record))) };
        if (field.IsNullableIn(version)) choices.Add((2, Gen.Constant<object?>(null)));
        // What is null by default may only stay so where the version can say it.
        else if (field.DefaultOf(record) is null) choices.RemoveAt(1);
        return Gen.Frequency(choices.ToArray());
    }

    static Gen<object?> List(Type item, short version) =>
        Gen.Choose(0, 3).SelectMany(count => Gen.CollectToArray(Enumerable.Repeat(Value(item, version), count))).Select(values =>
        {
            var list = Array.CreateInstance(item, values.Length);
            for (var i = 0; i < values.Length; i++) list.SetValue(values[i], i);
            return (object?)list;
        });

    static Gen<object?> Value(Type type, short version)
    {
        if (DeclaredField.IsRecord(type)) return Of(type, version).Select(made => (object?)made);
        if (type == typeof(string)) return Gen.Elements(Texts).Select(text => (object?)text);
        if (type == typeof(ReadOnlyMemory<byte>)) return Gen.Elements(Lengths).Select(length => (object?)new ReadOnlyMemory<byte>(Filled(length)));
        if (type == typeof(Guid)) return Numbers.SelectMany(high => Numbers.Select(low => (object?)new Guid((int)high, (short)low, 7, BitConverter.GetBytes(low))));
        if (type == typeof(bool)) return Gen.Elements<object?>(true, false);
        if (type == typeof(double)) return Gen.Elements<object?>(0d, -1.5, double.MaxValue, double.Epsilon, double.NegativeInfinity);
        if (type.IsEnum) return Numbers.Select(number => (object?)Enum.ToObject(type, Cast(number, Enum.GetUnderlyingType(type))));
        return Numbers.Select(number => (object?)Cast(number, type));
    }

    static Gen<long> Numbers => Gen.OneOf(Gen.Elements(Edges), Gen.Choose(int.MinValue, int.MaxValue).Select(n => n * 4_294_967_311L));

    static object Cast(long number, Type type) => Type.GetTypeCode(type) switch
    {
        // The first branch says object, or all would become long.
        TypeCode.SByte => (object)(sbyte)number,
        TypeCode.Int16 => (short)number,
        TypeCode.UInt16 => (ushort)number,
        TypeCode.Int32 => (int)number,
        TypeCode.UInt32 => (uint)number,
        TypeCode.Int64 => number,
        _ => throw new NotSupportedException($"{type} is new; make values of it."),
    };

    static byte[] Filled(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)(i * 31 + length);
        return bytes;
    }
}

/// <summary>Compares two messages field by field.</summary>
static class DeepEquality
{
    /// <summary>The first difference, with its path, or null. What the version does not have must have its default in <paramref name="actual"/>.</summary>
    public static string? Difference(object expected, object actual, short version, string path = "")
    {
        foreach (var field in DeclaredField.Of(expected.GetType()))
        {
            var here = $"{path}.{field.Name}";
            var got = field.Property.GetValue(actual);
            var wanted = field.IsIn(version) ? field.Property.GetValue(expected) : field.DefaultOf(expected.GetType());
            if (OfValues(wanted, got, version, here) is { } found) return found;
        }

        return null;
    }

    static string? OfValues(object? wanted, object? got, short version, string path)
    {
        if (wanted is null || got is null) return wanted is null && got is null ? null : Told();
        if (wanted is ReadOnlyMemory<byte> bytes) return bytes.Span.SequenceEqual(((ReadOnlyMemory<byte>)got).Span) ? null : Told();
        if (wanted is Array items)
        {
            var others = (Array)got;
            if (items.Length != others.Length) return $"{path}: {items.Length} items, but {others.Length}";
            return Enumerable.Range(0, items.Length)
                .Select(i => OfValues(items.GetValue(i), others.GetValue(i), version, $"{path}[{i}]")).FirstOrDefault(found => found is not null);
        }

        return DeclaredField.IsRecord(wanted.GetType()) ? Difference(wanted, got, version, path) : wanted.Equals(got) ? null : Told();

        string Told() => new StringBuilder(path).Append(": ").Append(wanted ?? "null").Append(", but ").Append(got ?? "null").ToString();
    }
}
