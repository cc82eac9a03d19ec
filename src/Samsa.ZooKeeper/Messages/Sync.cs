namespace Samsa.ZooKeeper.Messages;

/// <summary>Lets the server catch up with the leader.</summary>
[Api(9, "0", Jute = true)]
static partial class Sync
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
    }

    public sealed partial record Response : IMessage<Response>
    {
        public string Path { get; init; } = "";
    }
}
