namespace Samsa.ZooKeeper.Messages;

/// <summary>Makes a node that goes when it is left alone for long. ZooKeeper 3.5.</summary>
[Api(21, "0", Jute = true)]
static partial class CreateTtl
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public ReadOnlyMemory<byte>? Data { get; init; }
        public IReadOnlyList<ZkAcl>? Acl { get; init; } = [];
        public int Flags { get; init; } = 5;
        public long TtlMs { get; init; }
    }

    public sealed partial record Response : IMessage<Response>
    {
        public string Path { get; init; } = "";
        public ZkStat Stat { get; init; } = new();
    }
}
