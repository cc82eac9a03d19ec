namespace Samsa.Fuzz;

/// <summary>How much memory an input may cost.</summary>
static class Allowance
{
    /// <summary>An exception with its trace and texts, what the runtime makes when it runs a method for the first time, and the first room of a few nested lists.</summary>
    public const int Free = 64 << 10;

    /// <summary>The shortest items on the wire are 1 byte, and an object of some fields here.</summary>
    public const int MessageBytesPerByte = 160;

    public static long Now => GC.GetAllocatedBytesForCurrentThread();

    /// <summary>Complains if this thread took more since then.</summary>
    /// <exception cref="BrokenRuleException">It did.</exception>
    public static void Check(long since, long most, int input)
    {
        var took = Now - since;
        if (took > most) throw new BrokenRuleException($"{took} bytes were allocated for an input of {input}; it can be {most}.");
    }
}
