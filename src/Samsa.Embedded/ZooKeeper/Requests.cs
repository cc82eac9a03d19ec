using Samsa.Wire;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Embedded.ZooKeeper;

/// <summary>From the number of an operation and its bytes to the request.</summary>
static class Requests
{
    /// <summary>The request; null when the operation is not known here.</summary>
    /// <exception cref="ProtocolException">The bytes are no such request.</exception>
    public static IRequest? Read(int operation, ReadOnlyMemory<byte> body)
    {
        var reader = new WireReader(body);
        return operation switch
        {
            1 => Create.Request.Read(ref reader, 0),
            2 => Delete.Request.Read(ref reader, 0),
            3 => Exists.Request.Read(ref reader, 0),
            4 => GetData.Request.Read(ref reader, 0),
            5 => SetData.Request.Read(ref reader, 0),
            6 => GetAcl.Request.Read(ref reader, 0),
            7 => SetAcl.Request.Read(ref reader, 0),
            8 => GetChildren.Request.Read(ref reader, 0),
            9 => Sync.Request.Read(ref reader, 0),
            11 => Ping.Request.Read(ref reader, 0),
            12 => GetChildren2.Request.Read(ref reader, 0),
            14 => Multi.Request.Read(ref reader, 0),
            15 => Create2.Request.Read(ref reader, 0),
            17 => CheckWatches.Request.Read(ref reader, 0),
            18 => RemoveWatches.Request.Read(ref reader, 0),
            19 => CreateContainer.Request.Read(ref reader, 0),
            21 => CreateTtl.Request.Read(ref reader, 0),
            100 => Auth.Request.Read(ref reader, 0),
            101 => SetWatches.Request.Read(ref reader, 0),
            105 => SetWatches2.Request.Read(ref reader, 0),
            106 => AddWatch.Request.Read(ref reader, 0),
            -11 => CloseSession.Request.Read(ref reader, 0),
            _ => null,
        };
    }
}
