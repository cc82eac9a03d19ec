using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Tests.Protocol;

public sealed class FramingTests
{
    static readonly object[] Questions =
    [
        new object[] { "Metadata of all topics, version 0", new Metadata.Request(), (short)0,
            "00000013 0003 0000 00000001 000573616d7361 00000000" },
        new object[] { "ApiVersions, version 0", new ApiVersions.Request(), (short)0,
            "0000000f 0012 0000 00000001 000573616d7361" },
        new object[] { "ApiVersions, version 3", Who, (short)3,
            "00000020 0012 0003 00000001 000573616d7361 00 0973616d73612d7278 06312e302e30 00" },
    ];

    static ApiVersions.Request Who => new() { ClientSoftwareName = "samsa-rx", ClientSoftwareVersion = "1.0.0" };

    [TestCaseSource(nameof(Questions))]
    public void A_question_is_spelt_as_Kafka_spells_it(string name, IRequest request, short version, string hex)
    {
        var writer = new WireWriter();
        Framing.WriteRequest(writer, request, version, correlationId: 1, clientId: "samsa");
        Assert.That(Convert.ToHexStringLower(writer.ToArray()), Is.EqualTo(hex.Replace(" ", "", StringComparison.Ordinal)), name);
    }

    [TestCaseSource(nameof(Questions))]
    public void A_question_is_read_back(string name, IRequest request, short version, string hex)
    {
        var frame = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)).AsMemory(4);
        var reader = new WireReader(frame);
        var header = RequestHeader.Read(ref reader, out var api);
        Assert.Multiple(() =>
        {
            Assert.That(header, Is.EqualTo(new RequestHeader(request.Api.Key, version, 1, "samsa")), name);
            Assert.That(api, Is.SameAs(request.Api));
        });
        IRequest read = api!.Key == ApiVersions.Api.Key
            ? ApiVersions.Request.Read(ref reader, version)
            : Metadata.Request.Read(ref reader, version);
        Assert.That(read, Is.EqualTo(request));
        reader.ExpectEnd();
    }

    [Test]
    public void The_header_of_an_unknown_version_is_read_up_to_the_correlation_id()
    {
        var reader = new WireReader(Convert.FromHexString("0012" + "7fff" + "00000007" + "ffffff"));
        var header = RequestHeader.Read(ref reader, out var api);
        Assert.That((header, api), Is.EqualTo((new RequestHeader(18, short.MaxValue, 7, null), default(ApiDescription))));
    }

    [Test]
    public void The_answer_to_ApiVersions_never_has_tags_in_its_header([Values(0, 3, 4)] short version)
    {
        var writer = new WireWriter();
        var answer = new ApiVersions.Response { ApiKeys = [new() { ApiKey = 3, MinVersion = 0, MaxVersion = 12 }] };
        Framing.WriteResponse(writer, ApiVersions.Api, answer, version, correlationId: 5);
        var body = version >= 3 ? "0000 02 0003 0000 000c 00 00000000 00" : "0000 00000001 0003 0000 000c";
        var expected = Convert.FromHexString(("00000005" + body).Replace(" ", "", StringComparison.Ordinal));
        var frame = writer.ToArray().AsMemory(4);
        Assert.That(frame.ToArray(), Is.EqualTo(expected));
        Assert.That(Framing.ReadCorrelationId(frame), Is.EqualTo(5));
        var read = Framing.ReadResponse<ApiVersions.Response>(frame, ApiVersions.Api, version);
        Assert.That(read.ApiKeys, Is.EqualTo(answer.ApiKeys));
    }

    [Test]
    public void The_answer_of_a_flexible_version_has_tags_in_its_header()
    {
        var writer = new WireWriter();
        Framing.WriteResponse(writer, InitProducerId.Api, new InitProducerId.Response { ProducerId = 9 }, 2, correlationId: 5);
        var frame = writer.ToArray().AsMemory(4);
        Assert.That(Convert.ToHexStringLower(frame.Span), Is.EqualTo("00000005" + "00" + "00000000" + "0000" + "0000000000000009" + "0000" + "00"));
        Assert.That(Framing.ReadResponse<InitProducerId.Response>(frame, InitProducerId.Api, 2).ProducerId, Is.EqualTo(9));
    }

    [Test]
    public void Bytes_after_the_answer_are_refused()
    {
        byte[] frame = [0, 0, 0, 5, .. new byte[16], 0xff];
        var error = Assert.Throws<ProtocolException>(() => Framing.ReadResponse<InitProducerId.Response>(frame, InitProducerId.Api, 0));
        Assert.That(error!.Message, Does.Contain("1 bytes follow"));
    }

    [Test]
    public void Noise_is_a_header_or_is_refused()
    {
        var seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var known = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var noise = new byte[random.Next(40)];
            random.NextBytes(noise);
            // A key and a version that may be known and a client id that may fit, or hardly anything is read.
            byte[] plausible = [0, (byte)random.Next(32), 0, (byte)random.Next(16), 0, 0, 0, 1, 0, (byte)random.Next(12)];
            plausible.AsSpan(0, Math.Min(noise.Length, plausible.Length)).CopyTo(noise);
            try
            {
                var reader = new WireReader(noise);
                RequestHeader.Read(ref reader, out var api);
                if (api is not null) known++;
            }
            catch (ProtocolException)
            {
                // Refused.
            }
        }

        Assert.That(known, Is.GreaterThan(50));
    }
}
