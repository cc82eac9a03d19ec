using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Gives an idempotent producer a number of its own. Transactional ids find no coordinator.</summary>
static class InitProducerIdAnswer
{
    public static IMessage To(Asked asked, InitProducerId.Request request) => request.TransactionalId switch
    {
        // Even a producer that has a number and wants a new epoch (KIP-360) gets a new number, as in Kafka.
        null => new InitProducerId.Response { ProducerId = asked.Cluster.NextProducerId(), ProducerEpoch = 0 },
        "" => Failed(ErrorCode.InvalidRequest),
        _ => Failed(ErrorCode.CoordinatorNotAvailable),
    };

    static InitProducerId.Response Failed(ErrorCode error) =>
        new() { ErrorCode = error, ProducerId = -1, ProducerEpoch = -1 };
}
