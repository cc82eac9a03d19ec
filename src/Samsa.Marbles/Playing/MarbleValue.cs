using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Samsa.Marbles.Playing;

/// <summary>Labels to values, and values to labels.</summary>
static class MarbleValue
{
    /// <summary>Makes a value of a label, for types that can be read from text.</summary>
    public static T Parse<T>(string label)
    {
        if (typeof(T).IsAssignableFrom(typeof(string))) return (T)(object)label;
        if (typeof(T).IsEnum) return (T)Enum.Parse(typeof(T), label);
        if (typeof(T) == typeof(System.Reactive.Unit)) return default!;
        if (!Array.Exists(typeof(T).GetInterfaces(), face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IParsable<>)))
        {
            throw new FormatException(
                $"'{label}' cannot be made a {typeof(T).Name}: write what makes one after 'via' in '%! type {typeof(T).Name} via …'.");
        }

        var parse = typeof(MarbleValue).GetMethod(nameof(ParseWith), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(typeof(T));
        return parse.CreateDelegate<Func<string, T>>()(label);
    }

    /// <summary>How a value is written where no label is known for it.</summary>
    public static string Show(object? value) => value switch
    {
        null => "null",
        string text => text,
        bool truth => truth ? "true" : "false",
        Exception error => $"{error.GetType().Name}: {error.Message}",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable many => Join([.. many.Cast<object?>().Select(Show)]),
        _ => value.ToString() ?? "",
    };

    /// <summary>Equal, or sequences of equal things.</summary>
    public static bool AreEqual(object? one, object? other) =>
        Equals(one, other)
        || (one is IEnumerable ones and not string && other is IEnumerable others and not string
            && ones.Cast<object?>().ToList() is var left && others.Cast<object?>().ToList() is var right
            && left.Count == right.Count && left.Zip(right).All(pair => AreEqual(pair.First, pair.Second)));

    // The letters of a word read best without commas.
    static string Join(string[] parts) => string.Join(Array.TrueForAll(parts, part => part.Length == 1) ? "" : ", ", parts);

    static T ParseWith<T>(string label) where T : IParsable<T> =>
        T.TryParse(label, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException($"'{label}' is not a {typeof(T).Name}.");
}
