using Samsa.Embedded.Serving;

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

    /// <summary>The port it listens on; the same after a restart.</summary>
    public int Port => server.Port;

    /// <summary>Whether it takes connections now.</summary>
    public bool IsRunning => server.IsRunning;

    /// <summary>How many connections it has now.</summary>
    public int Connections => server.Connections;

    /// <summary>Number and address: <c>1 at 127.0.0.1:9092</c>.</summary>
    public override string ToString() => $"{Id} at {Host}:{Port}";
}
