namespace Samsa.ZooKeeper.Messages;

/// <summary>Watches again, on a new connection, what was watched on the old one. What changed meanwhile is told at once.</summary>
[Api(101, "0", Jute = true)]
static partial class SetWatches
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public long RelativeZxid { get; init; }
        public IReadOnlyList<string>? Data { get; init; } = [];
        public IReadOnlyList<string>? Exist { get; init; } = [];
        public IReadOnlyList<string>? Child { get; init; } = [];
    }

    public sealed partial record Response : IMessage<Response>;
}
