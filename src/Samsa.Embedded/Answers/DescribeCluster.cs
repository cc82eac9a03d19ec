using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>The brokers that run. Brokers that are stopped are gone, not fenced.</summary>
static class DescribeClusterAnswer
{
    const sbyte Brokers = 1;
    const sbyte Controllers = 2;

    public static IMessage To(Asked asked, DescribeCluster.Request request) => request.EndpointType switch
    {
        Brokers => Describe(asked, request),
        Controllers => Failed(ErrorCode.MismatchedEndpointType, "This is a broker, and controllers were asked for."),
        _ => Failed(ErrorCode.UnsupportedEndpointType, $"There are no endpoints of type {request.EndpointType}."),
    };

    static DescribeCluster.Response Describe(Asked asked, DescribeCluster.Request request) => new()
    {
        ClusterId = asked.Cluster.ClusterId,
        ControllerId = asked.Cluster.Controller,
        Brokers = [.. asked.Cluster.Alive.Select(broker => new DescribeCluster.Response.DescribeClusterBroker
        {
            BrokerId = broker.Key,
            Host = broker.Value.Host,
            Port = broker.Value.Port,
        })],
        ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations
            ? AuthorizedOperations.OnCluster : AuthorizedOperations.NotAsked,
    };

    static DescribeCluster.Response Failed(ErrorCode error, string message) => new() { ErrorCode = error, ErrorMessage = message };
}
