using System.Text;
using Samsa.Fuzz.Changes;

namespace Samsa.Fuzz.Targets;

/// <summary>What users type: read, or refused with a sentence that is not longer than it must be.</summary>
/// <param name="name">What it is.</param>
/// <param name="specimens">Legal texts.</param>
/// <param name="read">Reads one.</param>
sealed class TextTarget(string name, IReadOnlyList<string> specimens, Action<string> read) : IFuzzTarget
{
    const int LongestSentence = 1000;

    public string Name => name;

    public int Weight => 8;

    public byte[] Make(Random random) => Bytes.Change(random, Encoding.UTF8.GetBytes(specimens[random.Next(specimens.Count)]));

    public Verdict Try(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        try
        {
            read(text);
            return Verdict.Taken;
        }
        catch (Exception refusal) when (refusal is FormatException or ArgumentException or NotSupportedException)
        {
            if (refusal.Message.Length is 0 or > LongestSentence) throw new BrokenRuleException($"The sentence has {refusal.Message.Length} letters.", refusal);
            if (refusal.Message.AsSpan().ContainsAny("\n\r\0\e"))
                throw new BrokenRuleException("The sentence has control characters of the input.", refusal);
            return Verdict.Refused;
        }
    }
}
