namespace Samsa.ZooKeeper;

/// <summary>Something that happens together with other operations or not at all, see <see cref="ZooKeeperClient.MultiAsync"/>.</summary>
public abstract class ZkOperation
{
    private protected ZkOperation(string path) => Path = Paths.Checked(path);

    /// <summary>The node that it is about.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name} {Path}";

    internal abstract IRequest ToRequest(string fullPath);

    /// <summary>Creates a node.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="data">Its data; null for none at all.</param>
    /// <param name="mode">Persistent or ephemeral, sequential or not.</param>
    /// <param name="acl">Who may do what with it; null for everybody everything.</param>
    public sealed class Create(
        string path, ReadOnlyMemory<byte>? data, ZkCreateMode mode = ZkCreateMode.Persistent, IReadOnlyList<ZkAcl>? acl = null) : ZkOperation(path)
    {
        internal override IRequest ToRequest(string fullPath) => mode <= ZkCreateMode.EphemeralSequential
            ? new Messages.Create.Request { Path = fullPath, Data = data, Flags = (int)mode, Acl = acl ?? ZkAcl.Open }
            : throw new ArgumentException($"{mode} cannot be one of several operations.");
    }

    /// <summary>Writes a node.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="data">Its new data.</param>
    /// <param name="version">The version that it must have; -1 for any.</param>
    public sealed class Set(string path, ReadOnlyMemory<byte> data, int version = -1) : ZkOperation(path)
    {
        internal override IRequest ToRequest(string fullPath) => new SetData.Request { Path = fullPath, Data = data, Version = version };
    }

    /// <summary>Deletes a node.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="version">The version that it must have; -1 for any.</param>
    public sealed class Delete(string path, int version = -1) : ZkOperation(path)
    {
        internal override IRequest ToRequest(string fullPath) => new Messages.Delete.Request { Path = fullPath, Version = version };
    }

    /// <summary>Does nothing, but only when the node has a version.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="version">The version that it must have; -1 for any, as long as it exists.</param>
    public sealed class Check(string path, int version) : ZkOperation(path)
    {
        internal override IRequest ToRequest(string fullPath) => new Messages.Check.Request { Path = fullPath, Version = version };
    }
}

/// <summary>How one of several operations ended well.</summary>
/// <param name="Path">The path of a node that was created, with the number that the server gave it; null for another operation.</param>
/// <param name="Stat">What is known about a node that was written; null for another operation.</param>
public sealed record ZkResult(string? Path, ZkStat? Stat);
