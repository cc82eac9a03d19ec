using System.Collections.Concurrent;

namespace Samsa.Scenarios.Soak;

/// <summary>What is not as it was promised: how often each law was broken, and the first cases with all that is known.</summary>
sealed class Facts(Chronicle told)
{
    const int Most = 10;

    readonly ConcurrentDictionary<string, int> broken = new();

    /// <summary>How often each law was broken.</summary>
    public IReadOnlyDictionary<string, int> Broken => broken;

    public void Add(string law, string what)
    {
        var count = broken.AddOrUpdate(law, 1, static (_, before) => before + 1);
        if (count <= Most) told.Say($"BROKEN: {law}: {what}");
    }

    public override string ToString() =>
        broken.IsEmpty ? "all laws held" : string.Join(", ", broken.Select(one => $"{one.Key} × {one.Value}"));
}
