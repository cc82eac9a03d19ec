using Samsa.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Tests.ZooKeeper;

/// <summary>
/// What Java's client of 3.8.4 (the command in front) and kazoo 2.8 said to a server of 3.8.4, and what it answered: recorded on the wire between them.
/// </summary>
public sealed class GoldenExchangeTests
{
    static readonly ReadOnlyMemory<byte> X = "x"u8.ToArray();

    static readonly IReadOnlyList<ZkAcl> Readable = [new() { Permissions = ZkPermissions.Read, Scheme = "world", Id = "anyone" }];

    static readonly object[] Exchanges =
    [
        Case("create -c /c", new CreateContainer.Request { Path = "/c", Data = null, Acl = ZkAcl.Open },
            CreateContainer.Request.Read, CreateContainer.Response.Read,
            "000000310000000100000013000000022f63ffffffff000000010000001f00000005776f726c6400000006616e796f6e6500000004",
            "0000005a00000001000000000000000200000000000000022f6300000000000000020000000000000002000001a20137d6cc000001a20137d6cc00000000000000000000000000"
            + "0000000000000000000000000000000000000000000002"),
        Case("create -t 60000 /t x", new CreateTtl.Request { Path = "/t", Data = X, Acl = ZkAcl.Open, TtlMs = 60_000 },
            CreateTtl.Request.Read, CreateTtl.Response.Read,
            "0000003a0000000200000015000000022f740000000178000000010000001f00000005776f726c6400000006616e796f6e6500000005000000000000ea60",
            "0000005a00000002000000000000000300000000000000022f7400000000000000030000000000000003000001a20137d6f2000001a20137d6f200000000000000000000000000"
            + "0000000000000000000001000000000000000000000003"),
        Case("create -s -t 60000 /ts- x", new CreateTtl.Request { Path = "/ts-", Data = X, Acl = ZkAcl.Open, TtlMs = 60_000, Flags = 6 },
            CreateTtl.Request.Read, CreateTtl.Response.Read,
            "0000003c0000000300000015000000042f74732d0000000178000000010000001f00000005776f726c6400000006616e796f6e6500000006000000000000ea60",
            "00000066000000030000000000000004000000000000000e2f74732d3030303030303030303200000000000000040000000000000004000001a20137d704000001a20137d704"
            + "000000000000000000000000000000000000000000000001000000000000000000000004"),
        Case("create /a x", new Create.Request { Path = "/a", Data = X, Acl = ZkAcl.Open },
            Create.Request.Read, Create.Response.Read,
            "000000320000000400000001000000022f610000000178000000010000001f00000005776f726c6400000006616e796f6e6500000000",
            "0000001600000004000000000000000500000000000000022f61"),
        Case("getAcl -s /a", new GetAcl.Request { Path = "/a" },
            GetAcl.Request.Read, GetAcl.Response.Read,
            "0000000e0000000500000006000000022f61",
            "0000006f00000005000000000000000500000000000000010000001f00000005776f726c6400000006616e796f6e6500000000000000050000000000000005000001a20137d70a"
            + "000001a20137d70a000000000000000000000000000000000000000000000001000000000000000000000005"),
        Case("setAcl /a world:anyone:r", new SetAcl.Request { Path = "/a", Acl = Readable },
            SetAcl.Request.Read, SetAcl.Response.Read,
            "0000002d0000000600000007000000022f61000000010000000100000005776f726c6400000006616e796f6e65ffffffff",
            "000000540000000600000000000000060000000000000000000000050000000000000005000001a20137d70a000001a20137d70a00000000000000000000000100000000000000"
            + "0000000001000000000000000000000005"),
        Case("sync /a", new Sync.Request { Path = "/a" },
            Sync.Request.Read, Sync.Response.Read,
            "0000000e0000000700000009000000022f61", "0000001600000007000000000000000600000000000000022f61"),
        Case("get -w /a", new GetData.Request { Path = "/a", Watch = true },
            GetData.Request.Read, GetData.Response.Read,
            "0000000f0000000800000004000000022f6101",
            "0000005900000008000000000000000600000000000000017800000000000000050000000000000005000001a20137d70a000001a20137d70a000000000000000000000001"
            + "000000000000000000000001000000000000000000000005"),
        Case("removewatches /a -a", new RemoveWatches.Request { Path = "/a", Type = 3 },
            RemoveWatches.Request.Read, RemoveWatches.Response.Read,
            "000000120000000900000012000000022f6100000003", "0000001000000009000000000000000600000000"),
        Case("quit", new CloseSession.Request(), CloseSession.Request.Read, CloseSession.Response.Read, "000000080000000afffffff5", "000000100000000a000000000000000700000000"),
        Case("kazoo: create('/k2', b'x', include_data=True)", new Create2.Request { Path = "/k2", Data = X, Acl = ZkAcl.Open },
            Create2.Request.Read, Create2.Response.Read,
            "00000033000000010000000f000000032f6b320000000178000000010000001f00000005776f726c6400000006616e796f6e6500000000",
            "0000005b00000001000000000000000900000000000000032f6b3200000000000000090000000000000009000001a20137d871000001a20137d871000000000000000000000000"
            + "000000000000000000000001000000000000000000000009"),
    ];

    delegate T Reader<out T>(ref WireReader reader, short version);

    [TestCaseSource(nameof(Exchanges))]
    public void What_others_say_and_are_answered_is_what_we_write_and_read(Exchange exchange)
    {
        Assert.Multiple(() =>
        {
            Assert.That(exchange.Written(), Is.EqualTo(exchange.Asked), "as we write it");
            Assert.That(exchange.AskedAgain(), Is.EqualTo(exchange.Asked), "as we read it, and write it again");
            Assert.That(exchange.AnsweredAgain(), Is.EqualTo(exchange.Answered), "as we read it, and write it again");
        });
    }

    static Exchange Case<TRequest, TResponse>(
        string said, TRequest request, Reader<TRequest> readRequest, Reader<TResponse> readResponse, string asked, string answered)
        where TRequest : IMessage, Samsa.Wire.IRequest
        where TResponse : IMessage => new(said, asked, answered)
        {
            Written = () => Request(asked, request),
            AskedAgain = () =>
            {
                var reader = new WireReader(Convert.FromHexString(asked).AsMemory(4)) { Jute = true };
                _ = new RequestHeader(ref reader, 0);
                return Request(asked, readRequest(ref reader, 0));
            },
            AnsweredAgain = () =>
            {
                var reader = new WireReader(Convert.FromHexString(answered).AsMemory(4)) { Jute = true };
                var header = new ReplyHeader(ref reader, 0);
                Assert.That(header.Error, Is.EqualTo(ZooKeeperError.Ok));
                return Frame(writer => header.WriteFields(writer, 0), readResponse(ref reader, 0));
            },
        };

    static string Request<TRequest>(string asked, TRequest request)
        where TRequest : IMessage, Samsa.Wire.IRequest
    {
        var reader = new WireReader(Convert.FromHexString(asked).AsMemory(4)) { Jute = true };
        var xid = new RequestHeader(ref reader, 0).Xid;
        return Frame(writer => new RequestHeader { Xid = xid, Operation = request.Api.Key }.WriteFields(writer, 0), request);
    }

    static string Frame(Action<WireWriter> header, IMessage message)
    {
        var writer = new WireWriter();
        var frame = writer.BeginFrame();
        header(writer);
        message.Write(writer, 0);
        writer.EndFrame(frame);
        return Convert.ToHexStringLower(writer.ToArray());
    }

    public sealed record Exchange(string Said, string Asked, string Answered)
    {
        public required Func<string> Written { get; init; }

        public required Func<string> AskedAgain { get; init; }

        public required Func<string> AnsweredAgain { get; init; }

        public override string ToString() => Said;
    }
}
