namespace Samsa.ZooKeeper.Messages;

/// <summary>Watches until it is told not to: a node (mode 0), or a node and all below it (mode 1). ZooKeeper 3.6.</summary>
[Api(106, "0", Jute = true)]
static partial class AddWatch
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public int Mode { get; init; }
    }

    public sealed partial record Response : IMessage<Response>
    {
        public int Error { get; init; }
    }
}
