using System.Text;

namespace Samsa.Benchmarks;

/// <summary>Values that compress about as well as logs do: words, in an order of their own.</summary>
static class Texts
{
    public static byte[][] Of(int count, int bytes)
    {
        var random = new Random(1);
        var words = Enumerable.Range(0, 500)
            .Select(_ => string.Concat(Enumerable.Range(0, random.Next(2, 9)).Select(_ => (char)('a' + random.Next(26)))))
            .ToArray();
        return [.. Enumerable.Range(0, count).Select(_ => Text())];

        byte[] Text()
        {
            var text = new StringBuilder();
            while (text.Length < bytes) text.Append(words[random.Next(words.Length)]).Append(' ');
            return Encoding.ASCII.GetBytes(text.ToString(0, bytes));
        }
    }
}
