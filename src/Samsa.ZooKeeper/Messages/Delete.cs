namespace Samsa.ZooKeeper.Messages;

/// <summary>Deletes a node without children.</summary>
[Api(2, "0", Jute = true)]
static partial class Delete
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public int Version { get; init; } = -1;
    }

    public sealed partial record Response : IMessage<Response>;
}
