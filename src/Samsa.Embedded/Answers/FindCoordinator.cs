using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>
/// There are no groups and no transactional ids here: every key is answered as a real broker does whose coordinator is not there yet.
/// </summary>
static class FindCoordinatorAnswer
{
    const string Reason = "This broker coordinates no groups and no transactions.";

    public static IMessage To(Asked asked, FindCoordinator.Request request) => asked.Version <= 3
        ? new FindCoordinator.Response
        {
            ErrorCode = ErrorCode.CoordinatorNotAvailable,
            ErrorMessage = Reason,
            NodeId = -1,
            Port = -1,
        }
        : new FindCoordinator.Response
        {
            Coordinators = [.. request.CoordinatorKeys.Select(key => new FindCoordinator.Response.Coordinator
            {
                Key = key,
                NodeId = -1,
                Port = -1,
                ErrorCode = ErrorCode.CoordinatorNotAvailable,
                ErrorMessage = Reason,
            })],
        };
}
