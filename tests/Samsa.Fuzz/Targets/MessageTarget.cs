using Samsa.Fuzz.Changes;
using Samsa.Wire;

namespace Samsa.Fuzz.Targets;

/// <summary>One message in one version: it is refused with its place, or read; and what is read can be written and read again.</summary>
/// <param name="message">The message.</param>
/// <param name="version">The version.</param>
/// <param name="specimens">Legal ones.</param>
/// <param name="use">Who looks at what was read; must not throw.</param>
sealed class MessageTarget(DeclaredMessage message, short version, IReadOnlyList<Specimen> specimens, Action<object>? use = null) : IFuzzTarget
{
    public string Name { get; } = $"{message} v{version}";

    public int Weight => use is null ? 4 : 8;

    public byte[] Make(Random random)
    {
        var specimen = specimens[random.Next(specimens.Count)];
        return random.Next(3) == 0
            ? Bytes.Change(random, specimen.Bytes)
            : Changes.Fields.Change(random, specimen, specimens[random.Next(specimens.Count)]);
    }

    public Verdict Try(byte[] input)
    {
        object read;
        var before = Allowance.Now;
        try
        {
            read = message.Read(input, version);
        }
        catch (ProtocolException refusal)
        {
            Allowance.Check(before, Most(input), input.Length);
            if (refusal.Position < 0 || refusal.Position > input.Length)
                throw new BrokenRuleException("It is refused without its place.", refusal);
            return Verdict.Refused;
        }

        Allowance.Check(before, Most(input), input.Length);
        use?.Invoke(read);
        WriteAndRead(read, checkFields: input.Length % 16 == 0);
        return Verdict.Taken;
    }

    static long Most(byte[] input) => Allowance.Free + (long)input.Length * Allowance.MessageBytesPerByte;

    void WriteAndRead(object read, bool checkFields)
    {
        byte[] written;
        try
        {
            written = DeclaredMessage.Write(read, version);
        }
        catch (UnwritableMessageException)
        {
            // Bytes that are not UTF-8 were replaced, each by three.
            return;
        }

        var again = message.Read(written, version);
        if (!DeclaredMessage.Write(again, version).AsSpan().SequenceEqual(written))
            throw new BrokenRuleException("What was read, written and read again is not written in the same way.");
        if (checkFields && DeepEquality.Difference(read, again, version) is { } difference)
            throw new BrokenRuleException($"What was read, written and read again differs: {difference}.");
    }
}
