using System.Collections.Concurrent;

namespace Samsa.Rx;

/// <summary>The topics of a cluster by name. Asking for one does not create it, nor does it have to be there.</summary>
public sealed class TopicCollection
{
    readonly ConcurrentDictionary<string, Topic> known = new(StringComparer.Ordinal);
    readonly Func<string, Topic> make;

    internal TopicCollection(Readers readers, Producers producers) =>
        make = name => new(TopicName.Checked(name), readers, producers);

    /// <summary>A topic by its name: the same object for the same name.</summary>
    /// <param name="name">The name: 1 to 249 of a-z, A-Z, 0-9, '.', '_', '-', and neither "." nor "..".</param>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> cannot be the name of a topic.</exception>
    public Topic this[string name] => known.GetOrAdd(name ?? throw new ArgumentNullException(nameof(name)), make);
}
