using System.Globalization;
using System.Net;

namespace Samsa.ZooKeeper;

/// <summary>Where a server listens.</summary>
readonly record struct ServerAddress(string Host, int Port)
{
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>What says where an ensemble is: <c>host:port,host:port/chroot</c>.</summary>
/// <param name="Servers">The servers, each once.</param>
/// <param name="Chroot">The node that all paths begin at; empty for the root.</param>
sealed record ConnectString(IReadOnlyList<ServerAddress> Servers, string Chroot)
{
    const int DefaultPort = 2181;
    const int Most = 1000;

    /// <exception cref="FormatException">It is no such thing; the message says why.</exception>
    public static ConnectString Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        var slash = text.IndexOf('/');
        var chroot = slash < 0 || text.AsSpan(slash) is "/" ? "" : text[slash..];
        if (chroot.Length > 0 && Paths.Trouble(chroot) is { } trouble)
            throw new FormatException($"\"{chroot}\" cannot be the node that paths begin at: {trouble}.");
        var servers = (slash < 0 ? text : text[..slash])
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Address).Distinct().ToArray();
        return servers.Length is > 0 and <= Most
            ? new(servers, chroot)
            : throw new FormatException($"There are {servers.Length} servers in \"{text}\"; there can be 1 to {Most}: host:2181,host:2181/chroot.");
    }

    static ServerAddress Address(string part)
    {
        if (part[0] == '[')
        {
            var end = part.IndexOf(']');
            if (end < 0 || !IPAddress.TryParse(part[1..end], out _)) throw Wrong(part, "an IPv6 address stands in brackets");
            return end == part.Length - 1 ? new(part[1..end], DefaultPort)
                : part[end + 1] == ':' ? new(part[1..end], Port(part, part[(end + 2)..]))
                : throw Wrong(part, "after the bracket comes a colon and the port");
        }

        var colon = part.IndexOf(':');
        if (colon != part.LastIndexOf(':')) throw Wrong(part, "an IPv6 address stands in brackets: [::1]:2181");
        var host = colon < 0 ? part : part[..colon];
        if (host.Length is 0 or > 255 || host.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))) throw Wrong(part, "there is no such host name");
        return new(host, colon < 0 ? DefaultPort : Port(part, part[(colon + 1)..]));
    }

    static int Port(string part, string port) =>
        int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535
            ? number
            : throw Wrong(part, "the port is a number from 1 to 65535");

    static FormatException Wrong(string part, string why) => new($"\"{part}\" is not the address of a ZooKeeper: {why}.");
}
