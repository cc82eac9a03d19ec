namespace Samsa.ZooKeeper.Messages;

/// <summary>Says who may do what with a node.</summary>
[Api(7, "0", Jute = true)]
static partial class SetAcl
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public IReadOnlyList<ZkAcl>? Acl { get; init; } = [];
        public int Version { get; init; } = -1;
    }

    public sealed partial record Response : IMessage<Response>
    {
        public ZkStat Stat { get; init; } = new();
    }
}
