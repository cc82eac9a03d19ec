using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Protocol;

namespace Samsa.Embedded;

/// <summary>One of the brokers of an <see cref="EmbeddedKafka"/>.</summary>
public sealed class EmbeddedBroker
{
    readonly BrokerServer server;

    internal EmbeddedBroker(BrokerServer server) => this.server = server;

    /// <summary>The number of the broker in its cluster, from 1.</summary>
    public int Id => server.Id;

    /// <summary>The address it listens on.</summary>
    public string Host => server.Host;

    /// <summary>The port it listens on; the same after a restart, unless it was told to take another.</summary>
    public int Port => server.Port;

    /// <summary>Whether it takes connections now.</summary>
    public bool IsRunning => server.IsRunning;

    /// <summary>How many connections it has now.</summary>
    public int Connections => server.Connections;

    /// <summary>
    /// From now on it speaks other versions of an API than its profile says, and advertises them: call it while the broker is
    /// stopped, and it is upgraded or downgraded when it comes back.
    /// </summary>
    /// <param name="api">The API; one that the profile has.</param>
    /// <param name="min">The lowest version.</param>
    /// <param name="max">The highest version.</param>
    /// <exception cref="ArgumentException">The profile does not have the API.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Such a version is not known here.</exception>
    public void Speak(ApiKey api, short min, short max)
    {
        var known = server.Find((short)api) ?? throw new ArgumentException($"The profile does not have the API {api}.", nameof(api));
        known.Api.ThrowUnlessDeclared(min);
        known.Api.ThrowUnlessDeclared(max);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        server.Speak(new SpokenApi(known.Api, min, max));
    }

    /// <summary>Closes all its connections, as a broker does with those that are idle. It goes on listening, and clients may come back at once.</summary>
    public void CloseConnections() => server.CloseConnections();

    /// <summary>Number and address: <c>1 at 127.0.0.1:9092</c>.</summary>
    public override string ToString() => $"{Id} at {Host}:{Port}";
}
