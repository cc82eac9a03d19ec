namespace Samsa.ZooKeeper.Messages;

/// <summary>As <see cref="SetWatches"/>, with the watches that stay. ZooKeeper 3.6.</summary>
[Api(105, "0", Jute = true)]
static partial class SetWatches2
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public long RelativeZxid { get; init; }
        public IReadOnlyList<string>? Data { get; init; } = [];
        public IReadOnlyList<string>? Exist { get; init; } = [];
        public IReadOnlyList<string>? Child { get; init; } = [];
        public IReadOnlyList<string>? Persistent { get; init; } = [];
        public IReadOnlyList<string>? PersistentRecursive { get; init; } = [];
    }

    public sealed partial record Response : IMessage<Response>;
}
