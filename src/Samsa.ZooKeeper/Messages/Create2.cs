namespace Samsa.ZooKeeper.Messages;

/// <summary>Makes a node and tells about it. ZooKeeper 3.5.</summary>
[Api(15, "0", Jute = true)]
static partial class Create2
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public ReadOnlyMemory<byte>? Data { get; init; }
        public IReadOnlyList<ZkAcl>? Acl { get; init; } = [];
        public int Flags { get; init; }
    }

    public sealed partial record Response : IMessage<Response>
    {
        public string Path { get; init; } = "";
        public ZkStat Stat { get; init; } = new();
    }
}
