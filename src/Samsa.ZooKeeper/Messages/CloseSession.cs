namespace Samsa.ZooKeeper.Messages;

/// <summary>Ends the session, and with it its ephemeral nodes.</summary>
[Api(-11, "0", Jute = true)]
static partial class CloseSession
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>;

    public sealed partial record Response : IMessage<Response>;
}
