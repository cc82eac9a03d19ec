namespace Samsa.ZooKeeper.Messages;

/// <summary>Looks whether a node exists. A watch of it is kept for a node that does not, too.</summary>
[Api(3, "0", Jute = true)]
static partial class Exists
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public bool Watch { get; init; }
    }

    public sealed partial record Response : IMessage<Response>
    {
        public ZkStat Stat { get; init; } = new();
    }
}
