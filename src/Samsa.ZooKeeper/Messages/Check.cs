namespace Samsa.ZooKeeper.Messages;

/// <summary>Compares the version of a node, inside <see cref="Multi"/>.</summary>
[Api(13, "0", Jute = true)]
static partial class Check
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public int Version { get; init; } = -1;
    }

    public sealed partial record Response : IMessage<Response>;
}
