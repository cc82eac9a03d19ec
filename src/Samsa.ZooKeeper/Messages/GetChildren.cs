namespace Samsa.ZooKeeper.Messages;

/// <summary>Lists the children of a node, and tells nothing else about it.</summary>
[Api(8, "0", Jute = true)]
static partial class GetChildren
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string Path { get; init; } = "";
        public bool Watch { get; init; }
    }

    public sealed partial record Response : IMessage<Response>
    {
        public IReadOnlyList<string>? Children { get; init; } = [];
    }
}
