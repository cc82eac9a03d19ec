using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Cluster;
using Samsa.Tests.Connections;
using Samsa.Wire;
using Client = Samsa.Tests.Producing.Client;

namespace Samsa.Tests.Hostile;

/// <summary>Answers to a producer whose fields make no sense although they can be read. The numbers are those of the catalogue of bad input.</summary>
public sealed class ProduceAnswerTests
{
    static readonly Guid Id = new("11111111-2222-3333-4444-555555555555");

    readonly List<Produce.Request> produced = [];
    ScriptedCluster cluster = null!;
    Func<Produce.Response.PartitionProduceResponse> answer = null!;
    Func<InitProducerId.Response> identity = null!;

    [SetUp]
    public void Script()
    {
        cluster = new();
        produced.Clear();
        answer = () => new();
        identity = () => new() { ProducerId = 7 };
        cluster.Put("t", Id, (1, 1));
        cluster.First = (_, heard) =>
            heard.Api == InitProducerId.Api ? identity() : heard.Api == Produce.Api ? Answer(heard.Read<Produce.Request>()) : null;
    }

    [TearDown]
    public async Task Stop() => await cluster.DisposeAsync();

    [TestCase(-1)]
    [TestCase(long.MinValue)]
    [TestCase(long.MaxValue)]
    public async Task I061_A_success_at_an_offset_that_cannot_be_is_a_success_at_an_unknown_offset(long offset)
    {
        answer = () => new() { BaseOffset = offset, LogAppendTimeMs = long.MinValue, LogStartOffset = -9 };
        await using var client = await Client.ConnectAsync(cluster.Bootstrap);
        var published = await client.PublishAsync("t", new("a")).Soon();
        Assert.That((published.Partition, published.Offset), Is.EqualTo((0, -1L)));
        Assert.That(produced, Has.Count.EqualTo(1), "it is not sent twice");
    }

    [Test]
    public async Task I062_Errors_of_records_that_are_not_in_the_batch_fail_the_batch_and_name_no_record()
    {
        answer = () => new()
        {
            ErrorCode = ErrorCode.InvalidRecord,
            ErrorMessage = "refused",
            RecordErrors = [new() { BatchIndex = -1, BatchIndexErrorMessage = "x" }, new() { BatchIndex = 99, BatchIndexErrorMessage = "y" }, new() { BatchIndex = 0, BatchIndexErrorMessage = "no key" }],
        };
        await using var client = await Client.ConnectAsync(cluster.Bootstrap);
        var refused = await client.PublishAsync("t", new("a")).ShouldThrow<PublishException>();
        Assert.That((refused.Outcome, refused.Code), Is.EqualTo((Outcome.NotPersisted, ErrorCode.InvalidRecord)));
        Assert.That(refused.Message, Does.EndWith("INVALID_RECORD, no key.").And.Not.Contain("-1").And.Not.Contain("99"));
    }

    [TestCase(-1, 0)]
    [TestCase(5, -1)]
    [TestCase(long.MinValue, short.MinValue)]
    public async Task I063_A_producer_id_that_cannot_be_is_asked_for_again(long id, short epoch)
    {
        var asked = 0;
        identity = () => ++asked == 1 ? new() { ProducerId = id, ProducerEpoch = epoch } : new() { ProducerId = 8 };
        await using var client = await Client.ConnectAsync(cluster.Bootstrap);
        var published = await client.PublishAsync("t", new("a")).Soon();
        Assert.That(published.Offset, Is.Zero);
        Assert.That(asked, Is.EqualTo(2));
    }

    [Test]
    public async Task I034_A_partition_that_is_left_out_of_the_answer_is_sent_again()
    {
        cluster.First = (_, heard) =>
            heard.Api == InitProducerId.Api ? identity()
            : heard.Api != Produce.Api ? null
            : produced.Count == 0 ? LeftOut(heard) : Answer(heard.Read<Produce.Request>());
        await using var client = await Client.ConnectAsync(cluster.Bootstrap);
        var published = await client.PublishAsync("t", new("a")).Soon();
        Assert.That(published.Offset, Is.Zero);
        Assert.That(produced, Has.Count.EqualTo(2));
    }

    Produce.Response LeftOut(Heard heard)
    {
        produced.Add(heard.Read<Produce.Request>());
        return new() { Responses = [new() { Name = "somebody-elses", TopicId = Guid.NewGuid(), PartitionResponses = [new() { Index = 5 }] }] };
    }

    Produce.Response Answer(Produce.Request request)
    {
        produced.Add(request);
        return new() { Responses = [new() { Name = "t", TopicId = Id, PartitionResponses = [answer()] }] };
    }
}
