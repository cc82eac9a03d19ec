using System.Security.Cryptography;
using System.Text;

namespace Samsa.ZooKeeper;

/// <summary>What somebody may do with a node.</summary>
[Flags]
public enum ZkPermissions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read its data and list its children.</summary>
    Read = 1,

    /// <summary>Write its data.</summary>
    Write = 2,

    /// <summary>Create children.</summary>
    Create = 4,

    /// <summary>Delete children.</summary>
    Delete = 8,

    /// <summary>Write the access list.</summary>
    Admin = 16,

    /// <summary>Everything.</summary>
    All = 31,
}

/// <summary>One line of an access list: who may do what with a node, but not with its children.</summary>
[Part]
public sealed partial record ZkAcl
{
    /// <summary>What is allowed.</summary>
    public ZkPermissions Permissions { get; init; }

    /// <summary>How it is known who somebody is: <c>world</c>, <c>auth</c>, <c>digest</c>, <c>ip</c>, <c>x509</c>.</summary>
    public string Scheme { get; init; } = "";

    /// <summary>Who it is, as the scheme spells it.</summary>
    public string Id { get; init; } = "";

    /// <summary>Everybody may do everything.</summary>
    public static IReadOnlyList<ZkAcl> Open { get; } = [new() { Permissions = ZkPermissions.All, Scheme = "world", Id = "anyone" }];

    /// <summary>
    /// Whoever the session has shown itself to be (<see cref="ZooKeeperOptions.Auth"/>) may do everything, and nobody else anything.
    /// </summary>
    public static IReadOnlyList<ZkAcl> Own { get; } = [new() { Permissions = ZkPermissions.All, Scheme = "auth" }];

    /// <summary>Who knows the password may do that.</summary>
    /// <param name="user">The name.</param>
    /// <param name="password">The password; only a digest of it (SHA-1, that is how ZooKeeper does it) goes into the list.</param>
    /// <param name="permissions">What is allowed.</param>
    public static ZkAcl Digest(string user, string password, ZkPermissions permissions = ZkPermissions.All)
    {
#pragma warning disable CA5350 // The servers compare SHA-1 digests; nothing else is understood.
        var digest = SHA1.HashData(Encoding.UTF8.GetBytes($"{user}:{password}"));
#pragma warning restore CA5350
        return new() { Permissions = permissions, Scheme = "digest", Id = $"{user}:{Convert.ToBase64String(digest)}" };
    }
}
