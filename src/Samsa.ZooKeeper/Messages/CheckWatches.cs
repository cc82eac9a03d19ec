namespace Samsa.ZooKeeper.Messages;

/// <summary>Asks whether there is a watch. ZooKeeper 3.5.</summary>
[Api(17, "0", Jute = true)]
static partial class CheckWatches
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public int Type { get; init; }
    }

    public sealed partial record Response : IMessage<Response>;
}
