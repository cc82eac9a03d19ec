namespace Samsa.Wire;

/// <summary>Names an API: a static partial class with nested partial records <c>Request</c> and <c>Response</c>.</summary>
/// <param name="key">The number of the API on the wire.</param>
/// <param name="versions">The versions that are declared, lowest and highest: <c>"0-13"</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ApiAttribute(short key, string versions) : Attribute
{
    /// <summary>The number of the API on the wire.</summary>
    public short Key { get; } = key;

    /// <summary>The versions that are declared, lowest and highest.</summary>
    public string Versions { get; } = versions;

    /// <summary>The first version with compact lengths and tagged fields; negative for never.</summary>
    public short Flexible { get; init; } = -1;

    /// <summary>Whether the lengths of strings take four bytes, as in jute, the language of ZooKeeper.</summary>
    public bool Jute { get; init; }
}

/// <summary>A record that the messages of several APIs hold: a partial record that is nested in nothing.</summary>
/// <remarks>It is spelt the same in all of them, and none of them may ever be flexible.</remarks>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PartAttribute : Attribute;

/// <summary>The first version that has the field. Without it: all versions.</summary>
/// <param name="version">The first version.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SinceAttribute(short version) : Attribute
{
    /// <summary>The first version.</summary>
    public short Version { get; } = version;
}

/// <summary>The last version that has the field. Without it: all versions from its first one on.</summary>
/// <param name="version">The last version, itself included.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UntilAttribute(short version) : Attribute
{
    /// <summary>The last version.</summary>
    public short Version { get; } = version;
}

/// <summary>The first version in which a nullable field may be null. Without it a nullable field may always be null.</summary>
/// <param name="version">The first version.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NullableSinceAttribute(short version) : Attribute
{
    /// <summary>The first version.</summary>
    public short Version { get; } = version;
}

/// <summary>The field travels in the tagged section, and only when it differs from its default.</summary>
/// <param name="tag">The number of the tag.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TagAttribute(int tag) : Attribute
{
    /// <summary>The number of the tag.</summary>
    public int Tag { get; } = tag;
}

/// <summary>What can be written. Implemented by the generator.</summary>
public interface IMessage
{
    /// <summary>Writes the message as <paramref name="version"/> spells it.</summary>
    void Write(WireWriter writer, short version);
}

/// <summary>What can be written and read. Implemented by the generator.</summary>
/// <typeparam name="TSelf">The message itself.</typeparam>
public interface IMessage<TSelf> : IMessage
    where TSelf : IMessage<TSelf>
{
    /// <summary>Reads a message as <paramref name="version"/> spells it.</summary>
    /// <exception cref="ProtocolException">The bytes are not such a message.</exception>
    static abstract TSelf Read(ref WireReader reader, short version);
}

/// <summary>A message that asks. Implemented by the generator.</summary>
public interface IRequest : IMessage
{
    /// <summary>The API that is asked.</summary>
    ApiDescription Api { get; }
}

/// <summary>A message that asks and knows the shape of its answer. Implemented by the generator.</summary>
/// <typeparam name="TResponse">The answer.</typeparam>
public interface IRequest<TResponse> : IRequest
    where TResponse : IMessage<TResponse>;

/// <summary>What is declared of an API.</summary>
/// <param name="Key">The number of the API on the wire.</param>
/// <param name="Name">The name, as the declaring class spells it.</param>
/// <param name="MinVersion">The lowest declared version.</param>
/// <param name="MaxVersion">The highest declared version.</param>
/// <param name="FlexibleSince">The first version with compact lengths and tagged fields; <see cref="short.MaxValue"/> for never.</param>
public sealed record ApiDescription(short Key, string Name, short MinVersion, short MaxVersion, short FlexibleSince)
{
    /// <summary>Whether <paramref name="version"/> uses compact lengths and tagged fields.</summary>
    public bool IsFlexible(short version) => version >= FlexibleSince;

    /// <summary>Refuses a version that is not declared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The version is below the lowest or above the highest.</exception>
    public void ThrowUnlessDeclared(short version)
    {
        if (version < MinVersion || version > MaxVersion) ThrowNotDeclared(version);
    }

    void ThrowNotDeclared(short version) => throw new ArgumentOutOfRangeException(
        nameof(version), version, $"{Name} is declared for the versions {MinVersion} to {MaxVersion}.");
}
