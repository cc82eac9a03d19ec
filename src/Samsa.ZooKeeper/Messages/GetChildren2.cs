namespace Samsa.ZooKeeper.Messages;

/// <summary>Lists the children of a node.</summary>
[Api(12, "0", Jute = true)]
static partial class GetChildren2
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public bool Watch { get; init; }
    }

    public sealed partial record Response : IMessage<Response>
    {
        public IReadOnlyList<string>? Children { get; init; } = [];
        public ZkStat Stat { get; init; } = new();
    }
}
