namespace Samsa.Rx;

/// <summary>A topic: a source to query and a sink to subscribe streams to. Having it asks nobody and creates nothing.</summary>
public sealed partial class Topic
{
    readonly Readers readers;
    readonly Producers producers;

    internal Topic(string name, Readers readers, Producers producers) =>
        (Name, this.readers, this.producers) = (name, readers, producers);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
