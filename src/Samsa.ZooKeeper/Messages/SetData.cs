namespace Samsa.ZooKeeper.Messages;

/// <summary>Writes a node.</summary>
[Api(5, "0", Jute = true)]
static partial class SetData
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public ReadOnlyMemory<byte>? Data { get; init; }
        public int Version { get; init; } = -1;
    }

    public sealed partial record Response : IMessage<Response>
    {
        public ZkStat Stat { get; init; } = new();
    }
}
