namespace Samsa.ZooKeeper.Messages;

/// <summary>Reads who may do what with a node.</summary>
[Api(6, "0", Jute = true)]
static partial class GetAcl
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
    }

    public sealed partial record Response : IMessage<Response>
    {
        public IReadOnlyList<ZkAcl>? Acl { get; init; } = [];
        public ZkStat Stat { get; init; } = new();
    }
}
