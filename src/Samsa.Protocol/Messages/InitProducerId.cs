namespace Samsa.Protocol.Messages;

/// <summary>Gives a producer the id and epoch that its sequence numbers belong to (KIP-98, KIP-360).</summary>
[Api(22, "0-5", Flexible = 2)]
public static partial class InitProducerId
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string? TransactionalId { get; init; }
        public int TransactionTimeoutMs { get; init; }

        [Since(3)]
        public long ProducerId { get; init; } = -1;

        [Since(3)]
        public short ProducerEpoch { get; init; } = -1;
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        public int ThrottleTimeMs { get; init; }
        public ErrorCode ErrorCode { get; init; }
        public long ProducerId { get; init; } = -1;
        public short ProducerEpoch { get; init; }
    }
}
