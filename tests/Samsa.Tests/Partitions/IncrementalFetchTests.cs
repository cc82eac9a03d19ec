using Samsa.Protocol.Messages;
using Samsa.Rx;

namespace Samsa.Tests.Partitions;

[TestFixture]
public sealed class IncrementalFetchTests
{
    static readonly Guid Id = new("11111111-2222-3333-4444-555555555555");
    static readonly Guid OtherId = new("99999999-2222-3333-4444-555555555555");

    readonly PartitionReader[] readers = [.. Enumerable.Range(0, 3).Select(p => new PartitionReader(new("t", p), Id, 1000))];

    [SetUp]
    public void Begin()
    {
        foreach (var reader in readers) reader.Jump(0, long.MaxValue);
    }

    [Test]
    public void Only_what_changed_is_asked_and_what_is_left_out_is_forgotten()
    {
        var fetching = new IncrementalFetch(new());

        var first = Ask(fetching, 0, 1, 2);
        readers[1].Advance(10, 3);
        var second = Ask(fetching, 0, 1);
        var third = Ask(fetching, 0, 1, 2);
        var fourth = Ask(fetching, 0, 1, 2);

        Assert.That(Text(first), Is.EqualTo("session 0/0 asks 0@0 1@0 2@0 forgets "));
        Assert.That(Text(second), Is.EqualTo("session 9/1 asks 1@10 forgets 2"));
        Assert.That(Text(third), Is.EqualTo("session 9/2 asks 2@0 forgets "));
        Assert.That(Text(fourth), Is.EqualTo("session 9/3 asks  forgets "));
        Assert.That(second.Topics[0].Partitions[0].LastFetchedEpoch, Is.EqualTo(3));
    }

    [Test]
    public void The_same_answers_to_a_version_without_sessions_leave_no_trace()
    {
        var fetching = new IncrementalFetch(new());

        foreach (var _ in Enumerable.Range(0, 3))
            Assert.That(Text(Ask(fetching, version: 6, partitions: [0, 2])), Is.EqualTo("session 0/-1 asks 0@0 2@0 forgets "));
    }

    [Test]
    public void A_topic_with_another_id_is_asked_for_in_another_session()
    {
        var fetching = new IncrementalFetch(new());
        Ask(fetching, 0);
        readers[0].TopicId = OtherId;

        var request = Ask(fetching, 0);

        Assert.That(Text(request), Is.EqualTo("session 9/0 asks 0@0 forgets "));
        Assert.That(request.Topics[0].TopicId, Is.EqualTo(OtherId));
    }

    [Test]
    public void Names_and_ids_do_not_meet_in_one_session()
    {
        var fetching = new IncrementalFetch(new());
        Ask(fetching, 0);

        Assert.That(Text(Ask(fetching, version: 12, partitions: [0])), Is.EqualTo("session 9/0 asks 0@0 forgets "));
        Assert.That(Text(Ask(fetching, version: 12, partitions: [0])), Is.EqualTo("session 9/1 asks  forgets "));
    }

    Fetch.Request Ask(IncrementalFetch fetching, params int[] partitions) => Ask(fetching, 13, partitions);

    Fetch.Request Ask(IncrementalFetch fetching, short version, int[] partitions)
    {
        var request = fetching.Ask([.. partitions.Select(p => new PartitionAsk(readers[p]))], version, TimeSpan.Zero);
        fetching.Answered(new() { SessionId = 9 }, version);
        return request;
    }

    static string Text(Fetch.Request request) =>
        $"session {request.SessionId}/{request.SessionEpoch}"
        + $" asks {string.Join(' ', request.Topics.SelectMany(t => t.Partitions).Select(p => $"{p.Partition}@{p.FetchOffset}"))}"
        + $" forgets {string.Join(' ', request.ForgottenTopicsData.SelectMany(t => t.Partitions))}";
}
