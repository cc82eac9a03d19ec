namespace Samsa.Rx;

/// <summary>A topic: a source to query and a sink to subscribe streams to. Having it asks nobody and creates nothing.</summary>
public sealed partial class Topic
{
    readonly Readers readers;

    internal Topic(string name, Readers readers) => (Name, this.readers) = (name, readers);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
