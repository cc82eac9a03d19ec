namespace Samsa.Embedded;

/// <summary>A request that reached a broker.</summary>
/// <param name="At">When it was read, by the clock of the options.</param>
/// <param name="Broker">The broker that was asked.</param>
/// <param name="ApiKey">The number of the API.</param>
/// <param name="Api">The name of the API: <c>Produce</c>, <c>Fetch</c> …</param>
/// <param name="Version">The version it was spelt in.</param>
/// <param name="ClientId">What the client calls itself; null when it does not.</param>
public readonly record struct EmbeddedRequest(
    DateTimeOffset At, int Broker, short ApiKey, string Api, short Version, string? ClientId);
