using System.Globalization;
using System.Text;

namespace Samsa.Benchmarks;

/// <summary>Values that compress about as well as logs do: words, in an order of their own.</summary>
static class Texts
{
    /// <summary>Words, so many bytes of them.</summary>
    public static byte[][] Of(int count, int bytes)
    {
        var random = new Random(1);
        var words = Words(random);
        return [.. Enumerable.Range(0, count).Select(_ => Encoding.ASCII.GetBytes(Sentence(random, words, bytes)))];
    }

    /// <summary>Events of about 1 KB as services write them: always the same names, often the same values.</summary>
    public static byte[][] Json(int count)
    {
        var random = new Random(2);
        var words = Words(random);
        return [.. Enumerable.Range(0, count).Select(i => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""
            {"id":"{{random.NextInt64():x16}}","at":"2026-11-21T10:{{i % 60:00}}:{{random.Next(60):00}}.{{random.Next(1000):000}}Z","kind":"order.{{words[i % 7]}}","customer":{"number":{{random.Next(100000)}},"name":"{{words[random.Next(500)]}}","country":"{{words[random.Next(20)]}}"},"items":[{{string.Join(',', Enumerable.Range(0, 6).Select(_ => $$"""{"sku":"{{random.Next(5000):00000}}","title":"{{words[random.Next(500)]}} {{words[random.Next(500)]}}","count":{{random.Next(1, 9)}},"cents":{{random.Next(100, 99999)}}}"""))}}],"note":"{{Sentence(random, words, 420)}}"}
            """)))];
    }

    static string[] Words(Random random) =>
        [.. Enumerable.Range(0, 500).Select(_ => string.Concat(Enumerable.Range(0, random.Next(2, 9)).Select(_ => (char)('a' + random.Next(26)))))];

    static string Sentence(Random random, string[] words, int bytes)
    {
        var text = new StringBuilder();
        while (text.Length < bytes) text.Append(words[random.Next(words.Length)]).Append(' ');
        return text.ToString(0, bytes);
    }
}
