namespace Samsa.ZooKeeper.Messages;

/// <summary>Says that we are alive.</summary>
[Api(11, "0", Jute = true)]
static partial class Ping
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>;

    public sealed partial record Response : IMessage<Response>;
}
