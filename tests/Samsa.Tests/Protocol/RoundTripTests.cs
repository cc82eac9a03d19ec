using FsCheck;
using FsCheck.Fluent;
using Samsa.Fuzz;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Tests.Protocol;

public sealed class RoundTripTests
{
    const int MessagesPerVersion = 30;

    [TestCaseSource(typeof(EveryMessage), nameof(EveryMessage.InAllVersions))]
    public void What_is_written_is_read_back(object declared, short version)
    {
        var message = (DeclaredMessage)declared;
        var any = AnyMessage.Of(message.Type, version).ToArbitrary();
        Prop.ForAll(any, made =>
        {
            var bytes = DeclaredMessage.Write(made, version);
            var read = message.Read(bytes, version);
            Assert.That(DeepEquality.Difference(made, read, version), Is.Null);
            Assert.That(DeclaredMessage.Write(read, version), Is.EqualTo(bytes));
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(MessagesPerVersion).WithQuietOnSuccess(true));
    }

    [TestCaseSource(typeof(EveryMessage), nameof(EveryMessage.InAllVersions))]
    public void Defaults_are_read_back(object declared, short version)
    {
        var message = (DeclaredMessage)declared;
        var made = Activator.CreateInstance(message.Type)!;
        if (Unspellable(made, version)) return;
        var bytes = DeclaredMessage.Write(made, version);
        Assert.That(DeepEquality.Difference(made, message.Read(bytes, version), version), Is.Null);
    }

    [TestCaseSource(typeof(EveryMessage), nameof(EveryMessage.InAllVersions))]
    public void Every_cut_of_a_message_is_refused(object declared, short version)
    {
        var message = (DeclaredMessage)declared;
        foreach (var made in AnyMessage.Of(message.Type, version).Sample(3))
        {
            var bytes = DeclaredMessage.Write(made, version);
            var step = Math.Max(1, bytes.Length / 100);
            for (var length = bytes.Length - 1; length >= 0; length -= step)
                Assert.That(IsRefused(message, bytes.AsMemory(0, length), version), $"{length} bytes of {Convert.ToHexStringLower(bytes)}");
        }
    }

    [Test]
    public void Unknown_tags_are_passed_over()
    {
        var bytes = DeclaredMessage.Write(new InitProducerId.Response { ProducerId = 7 }, 2);
        byte[] tagged = [.. bytes[..^1], 2, 0, 3, 1, 2, 3, 0x80, 0x01, 0];
        var reader = new WireReader(tagged);
        Assert.That(InitProducerId.Response.Read(ref reader, 2).ProducerId, Is.EqualTo(7));
        Assert.That(reader.Remaining, Is.Zero);
    }

    [Test]
    public void A_tag_that_the_version_does_not_know_is_passed_over()
    {
        // Tag 1 of the request is the state of a follower, from version 15 on.
        var withState = DeclaredMessage.Write(new Fetch.Request { ReplicaState = new() { ReplicaId = 3, ReplicaEpoch = 4 } }, 15);
        byte[] asVersion14 = [0xff, 0xff, 0xff, 0xff, .. withState];
        var reader = new WireReader(asVersion14);
        var read = Fetch.Request.Read(ref reader, 14);
        reader.ExpectEnd();
        Assert.That(read.ReplicaState, Is.EqualTo(Fetch.Request.FollowerState.None));
    }

    [Test]
    public void A_tagged_field_is_written_only_when_it_differs_from_its_default()
    {
        var plain = new Fetch.Response { Responses = [new() { Topic = "t", Partitions = [new() { PartitionIndex = 1 }] }] };
        var moved = plain with { Responses = [new() { Topic = "t", Partitions = [new() { PartitionIndex = 1, CurrentLeader = new() { LeaderId = 2 } }] }] };
        var added = DeclaredMessage.Write(moved, 12).Length - DeclaredMessage.Write(plain, 12).Length;
        Assert.That(added, Is.EqualTo("01 09 00000002 ffffffff 00".Replace(" ", "", StringComparison.Ordinal).Length / 2));
    }

    [Test]
    public void A_field_that_the_version_does_not_have_is_left_out()
    {
        var request = new Fetch.Request { RackId = "r1", SessionId = 9 };
        Assert.That(DeclaredMessage.Write(request, 0), Is.EqualTo(DeclaredMessage.Write(new Fetch.Request(), 0)));
    }

    [Test]
    public void A_null_that_the_version_cannot_say_is_refused_with_its_path()
    {
        var request = new Metadata.Request { Topics = [new() { Name = "a" }, new() { TopicId = Guid.NewGuid() }] };
        var error = Assert.Throws<UnwritableMessageException>(() => DeclaredMessage.Write(request, 9));
        Assert.That(error!.Message, Is.EqualTo(
            "A field that cannot be null is null while writing Metadata.Request v9 (field Topics[1].Name)."));
        Assert.DoesNotThrow(() => DeclaredMessage.Write(request, 10));
        Assert.That(Assert.Throws<UnwritableMessageException>(() => DeclaredMessage.Write(new Metadata.Request { Topics = null }, 0))!.Field, Is.EqualTo("Topics"));
    }

    [Test]
    public void A_null_item_is_refused_with_its_path()
    {
        var request = new Produce.Request { TopicData = [new() { Name = "t", PartitionData = [null!] }] };
        var error = Assert.Throws<UnwritableMessageException>(() => DeclaredMessage.Write(request, 9));
        Assert.That((error!.Writing, error.Field), Is.EqualTo(("Produce.Request v9", "TopicData[0].PartitionData[0]")));
    }

    [Test]
    public void A_string_too_long_for_a_classic_version_is_refused_with_its_path()
    {
        var request = new Produce.Request { TransactionalId = new string('x', 32_768) };
        var error = Assert.Throws<UnwritableMessageException>(() => DeclaredMessage.Write(request, 8));
        Assert.That(error!.Field, Is.EqualTo("TransactionalId"));
        Assert.DoesNotThrow(() => DeclaredMessage.Write(request, 9));
    }

    [Test]
    public void A_version_that_is_not_declared_is_refused([Values((short)-1, (short)14)] short version)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => DeclaredMessage.Write(new Produce.Request(), version));
        Assert.That(error!.Message, Does.Contain("Produce is declared for the versions 0 to 13"));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            var reader = new WireReader(new byte[100]);
            Produce.Request.Read(ref reader, version);
        });
    }

    [Test]
    public void An_error_names_message_version_field_and_byte()
    {
        var good = DeclaredMessage.Write(
            new Produce.Response { Responses = [new() { Name = "t", PartitionResponses = [new() { Index = 1 }, new() { Index = 2 }] }] }, 2);
        var error = Assert.Throws<ProtocolException>(() =>
        {
            var reader = new WireReader(good.AsMemory(0, good.Length - 8));
            Produce.Response.Read(ref reader, 2);
        });
        Assert.That(error!.Message, Is.EqualTo(
            "8 bytes are needed, but 4 are left, at byte 47 of 51, while reading Produce.Response v2 (field Responses[0].PartitionResponses[1].LogAppendTimeMs)."));
    }

    [Test]
    public void Records_are_slices_of_the_frame()
    {
        var frame = DeclaredMessage.Write(
            new Fetch.Response { Responses = [new() { Topic = "t", Partitions = [new() { Records = new byte[] { 1, 2, 3 } }] }] }, 4);
        var reader = new WireReader(frame);
        var records = Fetch.Response.Read(ref reader, 4).Responses[0].Partitions[0].Records!.Value;
        frame[^1] = 9;
        Assert.That(records.ToArray(), Is.EqualTo(new byte[] { 1, 2, 9 }));
    }

    [Test]
    public void Reading_allocates_nothing_but_the_message()
    {
        var frame = DeclaredMessage.Write(
            new Fetch.Response { Responses = [new() { TopicId = Guid.NewGuid(), Partitions = [new() { Records = new byte[5000] }] }] }, 13);
        Assert.That(Allocated(() => ReadFetch(frame)), Is.EqualTo(Allocated(() => MakeFetch())));
    }

    static Fetch.Response ReadFetch(byte[] frame)
    {
        var reader = new WireReader(frame);
        return Fetch.Response.Read(ref reader, 13);
    }

    static Fetch.Response MakeFetch() => new()
    {
        Responses = new Fetch.Response.FetchableTopicResponse[] { new() { Partitions = new Fetch.Response.PartitionData[] { new() } } },
    };

    static long Allocated(Func<object> make)
    {
        // Twice: the first call may compile and start things.
        for (var i = 0; ; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            GC.KeepAlive(make());
            if (i == 1) return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    static bool IsRefused(DeclaredMessage message, ReadOnlyMemory<byte> bytes, short version)
    {
        try
        {
            message.Read(bytes, version);
            return false;
        }
        catch (ProtocolException)
        {
            return true;
        }
    }

    static bool Unspellable(object made, short version) => DeclaredField.Of(made.GetType())
        .Any(field => field.IsIn(version) && field.Property.GetValue(made) is null && !field.IsNullableIn(version));
}
