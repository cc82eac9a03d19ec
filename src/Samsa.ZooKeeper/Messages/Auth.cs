namespace Samsa.ZooKeeper.Messages;

/// <summary>Says who we are.</summary>
[Api(100, "0", Jute = true)]
static partial class Auth
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public int Type { get; init; }
        public string Scheme { get; init; } = "";
        public ReadOnlyMemory<byte>? Credentials { get; init; }
    }

    public sealed partial record Response : IMessage<Response>;
}
