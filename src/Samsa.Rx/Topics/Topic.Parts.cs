namespace Samsa.Rx;

/// <content>What the operators over topics are made of.</content>
public sealed partial class Topic
{
    internal Readers Readers => readers;

    internal Producers Producers => producers;
}
