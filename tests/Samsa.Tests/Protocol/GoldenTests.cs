using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Samsa.Fuzz;

namespace Samsa.Tests.Protocol;

/// <summary>Every message in every version as Kafka's own classes write it: <c>Golden/GoldenMessages.java</c> made the file.</summary>
public sealed class GoldenTests
{
    static readonly string[][] Lines = ReadLines();

    static IEnumerable<TestCaseData> Golden => Lines
        .Select((line, i) => new TestCaseData(line[0], short.Parse(line[1], CultureInfo.InvariantCulture), line[2], line[3])
            .SetArgDisplayNames($"{line[0]} v{line[1]}", $"line {i + 1}"));

    [TestCaseSource(nameof(Golden))]
    public void Our_bytes_are_Kafkas_bytes(string name, short version, string content, string hex)
    {
        var message = Find(name);
        using var json = JsonDocument.Parse(content);
        var made = Make(json.RootElement, message.Type);
        Assert.That(Convert.ToHexStringLower(DeclaredMessage.Write(made, version)), Is.EqualTo(hex));
        Assert.That(DeepEquality.Difference(made, message.Read(Convert.FromHexString(hex), version), version), Is.Null);
    }

    [Test]
    public void No_message_and_no_version_is_left_out()
    {
        var declared = DeclaredMessage.All.SelectMany(message => message.Versions.Select(version => $"{message} v{version}"));
        Assert.That(Lines.Select(line => $"{line[0]} v{line[1]}").Distinct(), Is.EquivalentTo(declared));
    }

    static string[][] ReadLines()
    {
        using var file = typeof(GoldenTests).Assembly.GetManifestResourceStream("Samsa.Tests.Protocol.Golden.messages.tsv")!;
        using var reader = new StreamReader(file);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))];
    }

    static DeclaredMessage Find(string name) => DeclaredMessage.All.Single(message => message.ToString() == name);

    static object Make(JsonElement json, Type record)
    {
        var made = Activator.CreateInstance(record)!;
        foreach (var said in json.EnumerateObject())
        {
            var field = new DeclaredField(record.GetProperty(said.Name, BindingFlags.IgnoreCase | BindingFlags.Public | BindingFlags.Instance)!);
            field.Property.SetValue(made, Value(said.Value, field));
        }

        return made;
    }

    static object? Value(JsonElement json, DeclaredField field)
    {
        if (json.ValueKind == JsonValueKind.Null) return null;
        if (field.Item is null) return Single(json, field.Value);
        var items = json.EnumerateArray().Select(item => Single(item, field.Item)).ToList();
        var list = Array.CreateInstance(field.Item, items.Count);
        for (var i = 0; i < items.Count; i++) list.SetValue(items[i], i);
        return list;
    }

    static object Single(JsonElement json, Type type)
    {
        if (DeclaredField.IsRecord(type)) return Make(json, type);
        if (type == typeof(Guid)) return new Guid(Convert.FromBase64String(json.GetString()!.Replace('-', '+').Replace('_', '/') + "=="), bigEndian: true);
        if (type == typeof(ReadOnlyMemory<byte>)) return new ReadOnlyMemory<byte>(json.GetBytesFromBase64());
        if (type == typeof(bool)) return json.GetBoolean();
        if (type == typeof(string)) return json.GetString()!;
        return type.IsEnum
            ? Enum.ToObject(type, json.GetInt64())
            : Convert.ChangeType(json.GetInt64(), type, CultureInfo.InvariantCulture);
    }
}
