using System.Net;
using System.Text;
using Samsa.ZooKeeper;

namespace Samsa.Embedded.ZooKeeper;

/// <summary>Who a client has shown itself to be.</summary>
/// <param name="Scheme">How: by its address, or by a password.</param>
/// <param name="Id">Who, as the scheme spells it.</param>
readonly record struct Identity(string Scheme, string Id)
{
    /// <summary>Who knows this name and password; null when it is not both.</summary>
    public static Identity? Digest(ReadOnlySpan<byte> credentials)
    {
        var text = Encoding.UTF8.GetString(credentials);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : new("digest", ZkAcl.Digest(text[..colon], text[(colon + 1)..]).Id);
    }
}

/// <summary>Access lists. (ZooKeeper: PrepRequestProcessor.checkACL, fixupACL)</summary>
static class Access
{
    /// <summary>Whether somebody may do one of these things.</summary>
    public static bool Allows(this TreeNode node, ZkPermissions some, IReadOnlyList<Identity> who)
    {
        foreach (var line in node.Acl)
            if ((line.Permissions & some) != 0 && (line is { Scheme: "world", Id: "anyone" } || who.Any(one => Means(line, one)))) return true;
        return false;
    }

    /// <summary>The list as it is kept; null when it makes no sense, or nobody is in it.</summary>
    public static IReadOnlyList<ZkAcl>? Kept(IReadOnlyList<ZkAcl>? asked, IReadOnlyList<Identity> who)
    {
        if (asked is null || asked.Count == 0) return null;
        if (asked.Count == 1 && asked[0] == ZkAcl.Open[0]) return ZkAcl.Open;
        List<ZkAcl> kept = [];
        foreach (var line in asked.Distinct())
        {
            var had = kept.Count;
            if (line.Scheme == "auth")
                kept.AddRange(who.Where(one => one.Scheme == "digest").Select(one => line with { Scheme = one.Scheme, Id = one.Id }));
            else if (MakesSense(line)) kept.Add(line);
            if (kept.Count == had) return null;
        }

        return kept;
    }

    /// <summary>The list as it is shown: the digests are for those who could change it.</summary>
    public static IReadOnlyList<ZkAcl> Shown(this TreeNode node, IReadOnlyList<Identity> who) => node.Allows(ZkPermissions.Admin, who)
        ? node.Acl
        : [.. node.Acl.Select(line => line.Scheme == "digest" ? line with { Id = $"{line.Id.Split(':')[0]}:x" } : line)];

    static bool MakesSense(ZkAcl line) => line.Scheme switch
    {
        "world" => line.Id == "anyone",
        "digest" => line.Id.Split(':').Length == 2,
        "ip" => IPNetwork.TryParse(line.Id, out _) || IPAddress.TryParse(line.Id, out _),
        _ => false,
    };

    static bool Means(ZkAcl line, Identity one) => line.Scheme == one.Scheme && (line.Id == one.Id
        || line.Scheme == "ip" && IPNetwork.TryParse(line.Id, out var network) && network.Contains(IPAddress.Parse(one.Id)));
}
