namespace Samsa.ZooKeeper.Messages;

/// <summary>Begins or goes on with a session. It has no header; version 1 came with ZooKeeper 3.4, and is told by the length of the frame.</summary>
[Api(0, "0-1", Jute = true)]
static partial class Connect
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public int ProtocolVersion { get; init; }
        public long LastZxidSeen { get; init; }
        public int TimeoutMs { get; init; }
        public long SessionId { get; init; }
        public ReadOnlyMemory<byte>? Password { get; init; }
        [Since(1)] public bool ReadOnly { get; init; }
    }

    public sealed partial record Response : IMessage<Response>
    {
        public int ProtocolVersion { get; init; }
        public int TimeoutMs { get; init; }
        public long SessionId { get; init; }
        public ReadOnlyMemory<byte>? Password { get; init; }
        [Since(1)] public bool ReadOnly { get; init; }
    }
}
