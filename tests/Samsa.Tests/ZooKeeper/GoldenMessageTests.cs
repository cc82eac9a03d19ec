using System.Text;
using Samsa.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Tests.ZooKeeper;

/// <summary>The bytes of real clients and servers, in both directions.</summary>
public sealed class GoldenMessageTests
{
    static readonly ReadOnlyMemory<byte> X = "x"u8.ToArray();

    static readonly object[] Requests =
    [
        Case("0000000f 00000001 00000004 00000002 2f61 01", 1, new GetData.Request { Path = "/a", Watch = true }),
        Case("0000000f 00000002 00000003 00000002 2f61 00", 2, new Exists.Request { Path = "/a" }),
        Case("0000000e 00000003 0000000c 00000001 2f 01", 3, new GetChildren2.Request { Path = "/", Watch = true }),
        Case("00000032 00000004 00000001 00000002 2f65 00000001 78 00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65 00000001", 4,
            new Create.Request { Path = "/e", Data = X, Acl = ZkAcl.Open, Flags = (int)ZkCreateMode.Ephemeral }),
        Case("00000018 00000005 00000005 00000002 2f61 00000002 3432 ffffffff", 5, new SetData.Request { Path = "/a", Data = "42"u8.ToArray() }),
        Case("00000012 00000006 00000002 00000002 2f61 ffffffff", 6, new Delete.Request { Path = "/a" }),
        Case("00000008 00000007 fffffff5", 7, new CloseSession.Request()),
        Case("00000008 fffffffe 0000000b", Xids.Ping, new Ping.Request()),
        Case("00000023 fffffffc 00000064 00000000 00000006 646967657374 00000009 757365723a70617373", Xids.Auth,
            new Auth.Request { Scheme = "digest", Credentials = "user:pass"u8.ToArray() }),
        // Create without data, then SetData; each behind a header of nine bytes, and one that ends the list.
        Case("0000005b 00000001 0000000e 00000001 00 ffffffff 00000002 2f65 ffffffff 00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65 00000001"
            + "00000005 00 ffffffff 00000002 2f65 00000001 78 00000000 ffffffff 01 ffffffff", 1,
            new Multi.Request
            {
                Operations =
                [
                    new Create.Request { Path = "/e", Data = null, Acl = ZkAcl.Open, Flags = 1 },
                    new SetData.Request { Path = "/e", Data = X, Version = 0 },
                ],
            }),
    ];

    [TestCaseSource(nameof(Requests))]
    public void A_request_is_written_and_read_as_others_do(string hex, int xid, Samsa.Wire.IRequest request)
    {
        var writer = new WireWriter();
        var frame = writer.BeginFrame();
        new RequestHeader { Xid = xid, Operation = request.Api.Key }.WriteFields(writer, 0);
        request.Write(writer, 0);
        writer.EndFrame(frame);
        Assert.That(Convert.ToHexStringLower(writer.ToArray()), Is.EqualTo(hex));

        // Read back and written again: a server needs the other direction.
        var again = new WireWriter();
        Reread(request, Convert.FromHexString(hex).AsMemory(12)).Write(again, 0);
        Assert.That(Convert.ToHexStringLower(again.ToArray()), Is.EqualTo(hex[24..]));
    }

    [Test]
    public void The_first_message_is_written_as_others_do()
    {
        var writer = new WireWriter();
        var frame = writer.BeginFrame();
        new Connect.Request { TimeoutMs = 6000, Password = new byte[16] }.Write(writer, 1);
        writer.EndFrame(frame);
        Assert.That(Convert.ToHexStringLower(writer.ToArray()), Is.EqualTo(
            "0000002d" + "00000000" + "0000000000000000" + "00001770" + "0000000000000000" + "00000010" + new string('0', 32) + "00"));
    }

    [Test]
    public void An_event_is_read()
    {
        var reader = Reader("ffffffff ffffffffffffffff 00000000 00000004 00000003 00000002 2f63");
        var header = new ReplyHeader(ref reader, 0);
        var happened = new WatcherEvent(ref reader, 0);
        Assert.That((header.Xid, header.Zxid, header.Error, happened), Is.EqualTo(
            (Xids.Event, -1L, ZooKeeperError.Ok, new WatcherEvent { Type = WatchEventType.ChildrenChanged, State = 3, Path = "/c" })));
    }

    [Test]
    public void A_reply_without_a_node_is_read()
    {
        var reader = Reader("00000001 0000000000000011 ffffff9b");
        Assert.That(new ReplyHeader(ref reader, 0), Is.EqualTo(new ReplyHeader { Xid = 1, Zxid = 17, Error = ZooKeeperError.NoNode }));
    }

    [Test]
    public void A_stat_has_68_bytes()
    {
        var writer = new WireWriter();
        new ZkStat { Czxid = 1, Pzxid = 2 }.WriteFields(writer, 0);
        Assert.That(writer.Length, Is.EqualTo(68));
    }

    [Test]
    public void A_refused_multi_is_read_and_written()
    {
        const string Hex = "ffffffff 00 00000000 00000000 ffffffff 00 ffffff92 ffffff92 ffffffff 01 ffffffff";
        var reader = Reader(Hex);
        var answer = Multi.Response.Read(ref reader, 0);
        Assert.That(answer.Results.Select(result => result.Error), Is.EqualTo([ZooKeeperError.Ok, ZooKeeperError.NodeExists]));
        var writer = new WireWriter();
        answer.Write(writer, 0);
        Assert.That(Convert.ToHexStringLower(writer.ToArray()), Is.EqualTo(Hex.Replace(" ", "", StringComparison.Ordinal)));
    }

    [TestCase("7fffffff")]
    [TestCase("80000000")]
    [TestCase("00000010 2f61")]
    public void A_length_that_cannot_be_is_refused(string hex) => Assert.Throws<ProtocolException>(() =>
    {
        var reader = Reader(hex);
        GetData.Request.Read(ref reader, 0);
    });

    [Test]
    public void A_digest_is_the_one_that_servers_make() =>
        Assert.That(ZkAcl.Digest("user", "pass").Id, Is.EqualTo("user:smGaoVKd/cQkjm7b88GyorAUz20="));

    static WireReader Reader(string hex) => new(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))) { Jute = true };

    static IMessage Reread(Samsa.Wire.IRequest request, ReadOnlyMemory<byte> body)
    {
        var reader = new WireReader(body);
        return request switch
        {
            GetData.Request => GetData.Request.Read(ref reader, 0),
            Exists.Request => Exists.Request.Read(ref reader, 0),
            GetChildren2.Request => GetChildren2.Request.Read(ref reader, 0),
            Create.Request => Create.Request.Read(ref reader, 0),
            SetData.Request => SetData.Request.Read(ref reader, 0),
            Delete.Request => Delete.Request.Read(ref reader, 0),
            CloseSession.Request => CloseSession.Request.Read(ref reader, 0),
            Ping.Request => Ping.Request.Read(ref reader, 0),
            Auth.Request => Auth.Request.Read(ref reader, 0),
            Multi.Request => Multi.Request.Read(ref reader, 0),
            _ => throw new InvalidOperationException(request.ToString()),
        };
    }

    static object[] Case(string hex, int xid, Samsa.Wire.IRequest request) => [hex.Replace(" ", "", StringComparison.Ordinal), xid, request];
}
