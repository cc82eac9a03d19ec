namespace Samsa.Fuzz;

/// <summary>Something that reads bytes of strangers. Used by several threads at once.</summary>
interface IFuzzTarget
{
    /// <summary>What it reads, as <c>Fetch.Response v12</c>. Kept failures name it.</summary>
    string Name { get; }

    /// <summary>How often it gets an input, beside the others.</summary>
    int Weight { get; }

    /// <summary>An input that nobody has seen yet: something legal with something changed.</summary>
    byte[] Make(Random random);

    /// <summary>Reads an input, and looks whether all rules were kept.</summary>
    /// <exception cref="BrokenRuleException">Something was done that must never be.</exception>
    Verdict Try(byte[] input);
}

/// <summary>What became of an input.</summary>
enum Verdict
{
    /// <summary>It was read: what was changed made it only another one.</summary>
    Taken,

    /// <summary>It was refused, with the exception that there is for it.</summary>
    Refused,
}

/// <summary>An input made somebody do what must never be done.</summary>
/// <param name="rule">What was done.</param>
/// <param name="inner">What came of it.</param>
sealed class BrokenRuleException(string rule, Exception? inner = null) : Exception(rule, inner);
