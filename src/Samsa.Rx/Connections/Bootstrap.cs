using System.Globalization;
using System.Net;

namespace Samsa.Rx;

/// <summary>Reads what a user writes to say where a cluster can be found: <c>host:port,[::1]:9092,other</c>.</summary>
static class Bootstrap
{
    const int Most = 1000;

    /// <summary>The addresses, each once, in the order they are written.</summary>
    /// <exception cref="ArgumentNullException">There is no text.</exception>
    /// <exception cref="ArgumentException">There is nothing in it, or too much.</exception>
    /// <exception cref="FormatException">A part of it is no address; the message names the part.</exception>
    public static IReadOnlyList<BrokerAddress> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length > Most)
            throw new ArgumentException($"There are {parts.Length} bootstrap addresses; there can be {Most}.", nameof(text));
        var addresses = parts.Where(part => part.Length > 0).Select(Address).Distinct().ToList();
        return addresses.Count > 0
            ? addresses
            : throw new ArgumentException("There is no bootstrap address. Give at least one broker: host:9092.", nameof(text));
    }

    static BrokerAddress Address(string part)
    {
        if (part.Contains("://", StringComparison.Ordinal))
            throw Wrong(part, "an address has no scheme; write host:port");
        var address = part[0] == '[' ? Bracketed(part) : Plain(part);
        return address.IsPlausible ? address : throw Wrong(part, "there is no such host name");
    }

    static BrokerAddress Plain(string part)
    {
        var colon = part.LastIndexOf(':');
        if (colon < 0) return new(part, BrokerAddress.DefaultPort);
        if (part.IndexOf(':') != colon)
            throw Wrong(part, "an IPv6 address stands in brackets: [::1]:9092");
        return new(part[..colon], Port(part, part[(colon + 1)..]));
    }

    static BrokerAddress Bracketed(string part)
    {
        var end = part.IndexOf(']');
        if (end < 0) throw Wrong(part, "the bracket is not closed");
        var host = part[1..end];
        if (!host.Contains(':') || !IPAddress.TryParse(host, out _))
            throw Wrong(part, "only an IPv6 address stands in brackets");
        if (end == part.Length - 1) return new(host, BrokerAddress.DefaultPort);
        return part[end + 1] == ':'
            ? new(host, Port(part, part[(end + 2)..]))
            : throw Wrong(part, "after the bracket comes a colon and the port");
    }

    static int Port(string part, string port) =>
        int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535
            ? number
            : throw Wrong(part, "the port is a number from 1 to 65535");

    static FormatException Wrong(string part, string why) =>
        new($"\"{Foreign.Text(part)}\" is not a broker's address: {why}.");
}
