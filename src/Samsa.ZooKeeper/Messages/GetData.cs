namespace Samsa.ZooKeeper.Messages;

/// <summary>Reads a node.</summary>
[Api(4, "0", Jute = true)]
static partial class GetData
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public bool Watch { get; init; }
    }

    public sealed partial record Response : IMessage<Response>
    {
        public ReadOnlyMemory<byte>? Data { get; init; }
        public ZkStat Stat { get; init; } = new();
    }
}
