namespace Samsa.ZooKeeper.Messages;

/// <summary>Makes a node that goes when its last child has gone. ZooKeeper 3.5.</summary>
[Api(19, "0", Jute = true)]
static partial class CreateContainer
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public ReadOnlyMemory<byte>? Data { get; init; }
        public IReadOnlyList<ZkAcl>? Acl { get; init; } = [];
        public int Flags { get; init; } = 4;
    }

    public sealed partial record Response : IMessage<Response>
    {
        public string Path { get; init; } = "";
        public ZkStat Stat { get; init; } = new();
    }
}
