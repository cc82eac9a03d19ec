namespace Samsa.ZooKeeper;

/// <content>What is asked once.</content>
public sealed partial class ZooKeeperClient
{
    /// <summary>Reads a node.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The node; null when it does not exist.</returns>
    /// <exception cref="ZooKeeperException">It may not be read, or the connection was lost.</exception>
    public ValueTask<ZkNode?> GetAsync(string path, CancellationToken ct = default) =>
        AskAsync(new GetData.Request { Path = Full(path) }, path, static (ask, reply) =>
            reply.Seek(ask) is { } found ? new ZkNode(ask.About, found.Data ?? default, found.Stat) : null, ct);

    /// <summary>Lists the children of a node.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The names; null when the node does not exist.</returns>
    /// <exception cref="ZooKeeperException">It may not be read, or the connection was lost.</exception>
    public ValueTask<ZkChildren?> GetChildrenAsync(string path, CancellationToken ct = default) =>
        AskAsync(new GetChildren2.Request { Path = Full(path) }, path, static (ask, reply) =>
            reply.Seek(ask) is { } found ? WatchedChildren.From(ask.About, found) : null, ct);

    /// <summary>Looks whether a node exists.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>What is known about it; null when it does not exist.</returns>
    /// <exception cref="ZooKeeperException">The connection was lost.</exception>
    public ValueTask<ZkStat?> ExistsAsync(string path, CancellationToken ct = default) =>
        AskAsync(new Exists.Request { Path = Full(path) }, path, static (ask, reply) => reply.Seek(ask)?.Stat, ct);

    /// <summary>Creates a node.</summary>
    /// <param name="path">Its path; of a sequential one, what stands before the number.</param>
    /// <param name="data">Its data.</param>
    /// <param name="mode">How long it lives, and how it is called. Containers need ZooKeeper 3.5.</param>
    /// <param name="acl">Who may do what with it; null for everybody everything.</param>
    /// <param name="ct">Stops waiting. It may be created all the same.</param>
    /// <returns>Its path, with the number of a sequential one.</returns>
    /// <exception cref="ZooKeeperException">It exists, its parent does not, it may not be created, or the connection was lost.</exception>
    /// <exception cref="ArgumentException">The mode needs a time to live, see <see cref="CreateWithTtlAsync"/>.</exception>
    public ValueTask<string> CreateAsync(
        string path, ReadOnlyMemory<byte> data = default, ZkCreateMode mode = ZkCreateMode.Persistent, IReadOnlyList<ZkAcl>? acl = null,
        CancellationToken ct = default)
    {
        ThrowIfTtl(mode);
        if (mode == ZkCreateMode.Container)
        {
            var container = new CreateContainer.Request { Path = Full(path), Data = data.ToArray(), Acl = acl ?? ZkAcl.Open };
            return AskAsync(container, path, (ask, reply) => Below(reply.Demand(ask).Path), ct);
        }

        var create = new Create.Request { Path = Full(path), Data = data.ToArray(), Flags = (int)mode, Acl = acl ?? ZkAcl.Open };
        return AskAsync(create, path, (ask, reply) => Below(reply.Demand(ask).Path), ct);
    }

    /// <summary>As <see cref="CreateAsync"/>, and tells what is known about the new node. ZooKeeper 3.5 or later.</summary>
    /// <inheritdoc cref="CreateAsync"/>
    /// <returns>The path and what is known about the node.</returns>
    public ValueTask<ZkCreated> CreateWithStatAsync(
        string path, ReadOnlyMemory<byte> data = default, ZkCreateMode mode = ZkCreateMode.Persistent, IReadOnlyList<ZkAcl>? acl = null,
        CancellationToken ct = default)
    {
        ThrowIfTtl(mode);
        if (mode == ZkCreateMode.Container)
        {
            var container = new CreateContainer.Request { Path = Full(path), Data = data.ToArray(), Acl = acl ?? ZkAcl.Open };
            return AskAsync(container, path, (ask, reply) => Created(reply.Demand(ask).Path, reply.Body!.Stat), ct);
        }

        var create = new Create2.Request { Path = Full(path), Data = data.ToArray(), Flags = (int)mode, Acl = acl ?? ZkAcl.Open };
        return AskAsync(create, path, (ask, reply) => Created(reply.Demand(ask).Path, reply.Body!.Stat), ct);
    }

    /// <summary>
    /// Creates a node that goes when it was not written, and had no children, for a time. ZooKeeper 3.5 or later, where it is allowed.
    /// </summary>
    /// <param name="path">Its path; of a sequential one, what stands before the number.</param>
    /// <param name="data">Its data.</param>
    /// <param name="timeToLive">The time, in whole milliseconds.</param>
    /// <param name="isSequential">Whether ten digits are put behind its name.</param>
    /// <param name="acl">Who may do what with it; null for everybody everything.</param>
    /// <param name="ct">Stops waiting. It may be created all the same.</param>
    /// <returns>The path and what is known about the node.</returns>
    /// <exception cref="ZooKeeperException">It exists, its parent does not, it may not be created, or the connection was lost.</exception>
    public ValueTask<ZkCreated> CreateWithTtlAsync(
        string path, ReadOnlyMemory<byte> data, TimeSpan timeToLive, bool isSequential = false, IReadOnlyList<ZkAcl>? acl = null,
        CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeToLive, TimeSpan.FromMilliseconds(1));
        var mode = isSequential ? ZkCreateMode.PersistentSequentialWithTtl : ZkCreateMode.PersistentWithTtl;
        var create = new CreateTtl.Request
        {
            Path = Full(path),
            Data = data.ToArray(),
            Flags = (int)mode,
            TtlMs = (long)timeToLive.TotalMilliseconds,
            Acl = acl ?? ZkAcl.Open,
        };
        return AskAsync(create, path, (ask, reply) => Created(reply.Demand(ask).Path, reply.Body!.Stat), ct);
    }

    /// <summary>Creates what is missing above a node, as persistent nodes without data; the chroot, too.</summary>
    /// <param name="path">The path of the node.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ZooKeeperException">One may not be created, or the connection was lost.</exception>
    public async ValueTask CreateParentsAsync(string path, CancellationToken ct = default)
    {
        var missing = new Stack<string>();
        for (var parent = Paths.Parent(Full(path)); parent is not (null or "/"); parent = Paths.Parent(parent)) missing.Push(parent);
        while (missing.TryPop(out var full))
        {
            var create = new Create.Request { Path = full, Acl = ZkAcl.Open, Data = Array.Empty<byte>() };
            var error = await AskAsync(create, full, static (_, reply) => reply.Error, ct).ConfigureAwait(false);
            // Who may not create it may be let in below all the same: whether it exists shows then.
            if (error is not (ZooKeeperError.Ok or ZooKeeperError.NodeExists or ZooKeeperError.NoAuth))
                throw new ZooKeeperException(error, $"Create {full}");
        }
    }

    /// <summary>Writes a node.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="data">Its new data.</param>
    /// <param name="version">The version that it must have; -1 for any.</param>
    /// <param name="ct">Stops waiting. It may be written all the same.</param>
    /// <returns>What is known about the node now.</returns>
    /// <exception cref="ZooKeeperException">It does not exist, has another version, may not be written, or the connection was lost.</exception>
    public ValueTask<ZkStat> SetAsync(string path, ReadOnlyMemory<byte> data, int version = -1, CancellationToken ct = default) =>
        AskAsync(new SetData.Request { Path = Full(path), Data = data.ToArray(), Version = version }, path,
            static (ask, reply) => reply.Demand(ask).Stat, ct);

    /// <inheritdoc cref="SetAsync(string, ReadOnlyMemory{byte}, int, CancellationToken)"/>
    public ValueTask<ZkStat> SetAsync(string path, ReadOnlyMemory<byte> data, CancellationToken ct) => SetAsync(path, data, -1, ct);

    /// <summary>Deletes a node that has no children.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="version">The version that it must have; -1 for any.</param>
    /// <param name="ct">Stops waiting. It may be deleted all the same.</param>
    /// <exception cref="ZooKeeperException">It does not exist, has children or another version, or the connection was lost.</exception>
    public async ValueTask DeleteAsync(string path, int version = -1, CancellationToken ct = default) =>
        await AskAsync(new Delete.Request { Path = Full(path), Version = version }, path,
            static (ask, reply) => reply.Demand(ask), ct).ConfigureAwait(false);

    /// <summary>Does several things together, or none of them.</summary>
    /// <param name="operations">What is done, in this order.</param>
    /// <param name="ct">Stops waiting. It may be done all the same.</param>
    /// <returns>How each ended.</returns>
    /// <exception cref="ZooKeeperException">One was refused: the error is that one's, and nothing was done. Or the connection was lost.</exception>
    public async ValueTask<IReadOnlyList<ZkResult>> MultiAsync(IReadOnlyList<ZkOperation> operations, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(operations);
        var request = new Multi.Request { Operations = [.. operations.Select(operation => operation.ToRequest(Full(operation.Path)))] };
        var about = string.Join(", ", operations.Take(3).Select(operation => operation.Path));
        var reply = await AskAsync(request, about, static (_, reply) => reply, ct).ConfigureAwait(false);
        var results = reply.Body?.Results ?? [];
        for (var i = 0; i < results.Count; i++)
            // Those beside the one that was refused are Ok or RuntimeInconsistency.
            if (results[i].Error is not (ZooKeeperError.Ok or ZooKeeperError.RuntimeInconsistency))
                throw new ZooKeeperException(results[i].Error, i < operations.Count ? $"Multi, {operations[i]}" : "Multi");
        if (reply.Error != ZooKeeperError.Ok) throw new ZooKeeperException(reply.Error, $"Multi {about}");
        return results.Count == operations.Count
            ? [.. results.Select(Result)]
            : throw new ZooKeeperException(
                ZooKeeperError.MarshallingError, $"Multi {about}", $"the answer makes no sense: {results.Count} results of {operations.Count} operations");
    }

    /// <summary>Lets the server catch up with the leader: what is read afterwards has all that was written before.</summary>
    /// <param name="path">A path; the server does not look at it.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ZooKeeperException">The connection was lost.</exception>
    public async ValueTask SyncAsync(string path = "/", CancellationToken ct = default) =>
        await AskAsync(new Sync.Request { Path = Full(path) }, path, static (ask, reply) => reply.Demand(ask), ct).ConfigureAwait(false);

    /// <summary>Reads who may do what with a node.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The access list; null when the node does not exist.</returns>
    /// <exception cref="ZooKeeperException">It may not be read, or the connection was lost.</exception>
    public ValueTask<ZkAccess?> GetAclAsync(string path, CancellationToken ct = default) =>
        AskAsync(new GetAcl.Request { Path = Full(path) }, path, static (ask, reply) =>
            reply.Seek(ask) is { } found ? new ZkAccess(found.Acl ?? [], found.Stat) : null, ct);

    /// <summary>Says who may do what with a node.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="acl">The new access list.</param>
    /// <param name="aclVersion">The version that the old one must have; -1 for any.</param>
    /// <param name="ct">Stops waiting. It may be done all the same.</param>
    /// <returns>What is known about the node now.</returns>
    /// <exception cref="ZooKeeperException">The list makes no sense, there is no such node, it may not be done, or the connection was lost.</exception>
    public ValueTask<ZkStat> SetAclAsync(string path, IReadOnlyList<ZkAcl> acl, int aclVersion = -1, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(acl);
        return AskAsync(new SetAcl.Request { Path = Full(path), Acl = acl, Version = aclVersion }, path,
            static (ask, reply) => reply.Demand(ask).Stat, ct);
    }

    ZkCreated Created(string fullPath, ZkStat stat) => new(Below(fullPath), stat);

    ZkResult Result(Multi.Result result) => result.Answer switch
    {
        Create.Response created => new(Below(created.Path), null),
        SetData.Response set => new(null, set.Stat),
        _ => new(null, null),
    };

    static void ThrowIfTtl(ZkCreateMode mode)
    {
        if (!Enum.IsDefined(mode) || mode > ZkCreateMode.Container)
            throw new ArgumentException($"{mode} needs a time to live: {nameof(CreateWithTtlAsync)}.", nameof(mode));
    }
}
