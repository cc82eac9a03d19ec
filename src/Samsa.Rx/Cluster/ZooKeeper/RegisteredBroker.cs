using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Samsa.Rx;

/// <summary>A broker as it wrote itself into ZooKeeper.</summary>
/// <param name="Info">Where it listens. When none of its listeners is one that we could speak to, the first of those it has.</param>
/// <param name="IsOld">Whether it is a Kafka 0.7: <c>creator:host:port</c> instead of JSON.</param>
/// <param name="Trouble">Why nobody could connect to it in the way that was asked for; null when somebody could.</param>
sealed record RegisteredBroker(BrokerInfo Info, bool IsOld, string? Trouble)
{
    /// <summary>Reads <c>/brokers/ids/N</c>, in any of the forms that brokers from 0.7 to 3.9 write.</summary>
    /// <param name="id">The number of the broker: the name of its node.</param>
    /// <param name="data">The data of the node.</param>
    /// <param name="secure">Whether a listener with TLS is wanted, or one without.</param>
    /// <exception cref="FormatException">Nobody writes it so.</exception>
    public static RegisteredBroker Read(int id, ReadOnlySpan<byte> data, bool secure)
    {
        if (data.TrimStart(" \t\r\n"u8) is [(byte)'{', ..]) return ReadJson(id, ZooKeeperJson.Parse(data), secure);
        var text = Encoding.UTF8.GetString(data).Trim();
        var (host, port) = HostAndPort(text[(EndOfCreator(text) + 1)..]) ?? throw new FormatException("it is neither creator:host:port nor JSON");
        return new(Checked(new(id, host, port)), IsOld: true, secure ? "a Kafka 0.7 speaks no TLS" : null);
    }

    // The creator is a host with the time behind it, and the host may be an IPv6 address.
    static int EndOfCreator(string text)
    {
        for (var colon = text.IndexOf(':'); colon >= 0; colon = text.IndexOf(':', colon + 1))
        {
            var dash = text.LastIndexOf('-', colon);
            if (dash >= 0 && dash < colon - 1 && text.AsSpan(dash + 1, colon - dash - 1).ContainsAnyExceptInRange('0', '9') is false) return colon;
        }

        return text.IndexOf(':');
    }

    static RegisteredBroker ReadJson(int id, JsonElement json, bool secure)
    {
        var rack = ZooKeeperJson.Text(json, "rack");
        var endpoints = Endpoints(json).ToList();
        // What brokers before 0.9 wrote, and the plain listener of those after.
        if (endpoints.Count == 0 && ZooKeeperJson.Text(json, "host") is { Length: > 0 } host && ZooKeeperJson.Number(json, "port") is { } port)
            endpoints.Add(("PLAINTEXT", host, port));
        if (endpoints.Count == 0) throw new FormatException("it names no listener");
        var wanted = secure ? "SSL" : "PLAINTEXT";
        var fits = endpoints.FindIndex(endpoint => endpoint.Protocol == wanted);
        var chosen = endpoints[Math.Max(fits, 0)];
        return new(
            Checked(new(id, chosen.Host, chosen.Port, rack)), IsOld: false,
            fits >= 0 ? null : $"it has no {wanted} listener, but {string.Join(", ", endpoints.Select(endpoint => endpoint.Protocol).Distinct())}");
    }

    /// <summary>Listeners with the protocol that each speaks: <c>NAME://host:port</c>, where the name is the protocol unless a map says otherwise.</summary>
    static IEnumerable<(string Protocol, string Host, int Port)> Endpoints(JsonElement json)
    {
        if (!json.TryGetProperty("endpoints", out var endpoints) || endpoints.ValueKind != JsonValueKind.Array) yield break;
        var hasProtocols = json.TryGetProperty("listener_security_protocol_map", out var protocols) && protocols.ValueKind == JsonValueKind.Object;
        foreach (var endpoint in endpoints.EnumerateArray())
        {
            if (endpoint.ValueKind != JsonValueKind.String || endpoint.GetString() is not { } text) continue;
            var scheme = text.IndexOf("://", StringComparison.Ordinal);
            if (scheme <= 0 || HostAndPort(text[(scheme + 3)..]) is not var (host, port)) continue;
            var name = text[..scheme];
            yield return ((hasProtocols ? ZooKeeperJson.Text(protocols, name) : null) ?? name, host, port);
        }
    }

    static (string Host, int Port)? HostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return null;
        var host = text[..colon];
        return (host is ['[', .., ']'] ? host[1..^1] : host, port);
    }

    static BrokerInfo Checked(BrokerInfo broker) =>
        ViewReading.CanBe(broker, null) ? broker : throw new FormatException($"{Foreign.Text(broker.Host)}:{broker.Port} is no address");
}
