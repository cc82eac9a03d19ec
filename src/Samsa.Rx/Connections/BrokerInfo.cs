namespace Samsa.Rx;

/// <summary>A broker, as the cluster names it.</summary>
/// <param name="NodeId">Its number, which stays when its address changes.</param>
/// <param name="Host">The host it wants to be reached at.</param>
/// <param name="Port">The port it wants to be reached at.</param>
/// <param name="Rack">Where it stands, if it says so.</param>
public sealed record BrokerInfo(int NodeId, string Host, int Port, string? Rack = null);
