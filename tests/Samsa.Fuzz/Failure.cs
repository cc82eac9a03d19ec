using System.Security.Cryptography;

namespace Samsa.Fuzz;

/// <summary>An input that made somebody do what must never be done. As a file it becomes a test.</summary>
/// <param name="Target">Who read it.</param>
/// <param name="Input">The bytes.</param>
/// <param name="Why">What was done.</param>
sealed record Failure(string Target, byte[] Input, string Why)
{
    /// <summary>What a kept failure looks like: why in lines with #, the target, the bytes in hex.</summary>
    public string Text => string.Concat(Why.Split('\n').Take(12).Select(line => $"# {line.TrimEnd()}\n")) + $"{Target}\n{Convert.ToHexStringLower(Input)}\n";

    public static Failure Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var why = lines.TakeWhile(line => line[0] == '#').ToList();
        var input = Convert.FromHexString(string.Concat(lines[(why.Count + 1)..]));
        return new(lines[why.Count], input, string.Join('\n', why.Select(line => line[1..].Trim())));
    }

    /// <summary>Writes it into a folder, under a name that says who read it.</summary>
    /// <returns>The file.</returns>
    public string Keep(string folder)
    {
        Directory.CreateDirectory(folder);
        var name = string.Concat(Target.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '-'));
        var file = Path.Combine(folder, $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Input))[..8]}.txt");
        File.WriteAllText(file, Text);
        return file;
    }
}
