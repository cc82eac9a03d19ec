namespace Samsa.ZooKeeper.Messages;

/// <summary>Takes a watch back. ZooKeeper 3.5.</summary>
[Api(18, "0", Jute = true)]
static partial class RemoveWatches
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public int Type { get; init; }
    }

    public sealed partial record Response : IMessage<Response>;
}
