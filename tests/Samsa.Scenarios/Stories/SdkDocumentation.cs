using System.Runtime.InteropServices;

namespace Samsa.Scenarios.Stories;

/// <summary>A line of the documentation, keyed by the member it documents (before the first member: by its file).</summary>
readonly record struct DocumentationLine(string Key, ReadOnlyMemory<byte> KeyBytes, ReadOnlyMemory<byte> Text);

/// <summary>
/// The XML documentation of the reference packs that came with the SDK: text that nobody made for a test, with lines of all lengths,
/// tens of thousands of keys, and a licence to be there.
/// </summary>
static class SdkDocumentation
{
    const int Enough = 22 * 1024 * 1024;

    static readonly Lazy<DocumentationLine[]> Loaded = new(Load);

    public static DocumentationLine[] Lines
    {
        get
        {
            if (Loaded.Value.Length == 0) Assert.Ignore($"There are no XML files of reference packs below {Packs}; they come with the .NET SDK.");
            return Loaded.Value;
        }
    }

    static string Packs => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "packs"));

    static DocumentationLine[] Load()
    {
        if (!Directory.Exists(Packs)) return [];
        var files = Directory.GetFiles(Packs, "*.xml", SearchOption.AllDirectories)
            .Where(file => file.Contains($"{Path.DirectorySeparatorChar}ref{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        var lines = new List<DocumentationLine>();
        long bytes = 0;
        foreach (var file in files)
        {
            if (bytes >= Enough) break;
            var content = File.ReadAllBytes(file);
            lines.AddRange(LinesOf(Path.GetFileName(file), content));
            bytes += content.Length;
        }

        return [.. lines];
    }

    static IEnumerable<DocumentationLine> LinesOf(string file, byte[] content)
    {
        var (key, keyBytes) = (file, Encoding.UTF8.GetBytes(file));
        for (var start = 0; start < content.Length;)
        {
            var length = content.AsSpan(start).IndexOf((byte)'\n');
            var text = content.AsMemory(start, length < 0 ? content.Length - start : length);
            if (MemberIn(text.Span) is { } member) (key, keyBytes) = (member, Encoding.UTF8.GetBytes(member));
            yield return new(key, keyBytes, text);
            start += text.Length + 1;
        }
    }

    static string? MemberIn(ReadOnlySpan<byte> line)
    {
        var tag = "<member name=\""u8;
        var at = line.IndexOf(tag);
        if (at < 0) return null;
        var name = line[(at + tag.Length)..];
        return name.IndexOf((byte)'"') is var end and > 0 ? Encoding.UTF8.GetString(name[..end]) : null;
    }
}
