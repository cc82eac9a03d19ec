using Samsa.Rx;

namespace Samsa.Tests.Partitions;

/// <summary>Where a log and what was read of it part.</summary>
[TestFixture]
public sealed class EpochTrailTests
{
    /// <summary>Epoch 1 from offset 0 on, 3 from 10, 4 from 20; read up to 30.</summary>
    static readonly EpochTrail Read = EpochTrail.With(EpochTrail.With(EpochTrail.With(null, 1, 0), 3, 10), 4, 20);

    [TestCase(4, 30, 30, TestName = "They are the same")]
    [TestCase(4, 99, 30, TestName = "The log has more")]
    [TestCase(4, 25, 25, TestName = "The last epoch is shorter in the log")]
    [TestCase(3, 20, 20, TestName = "The log does not have the last epoch")]
    [TestCase(3, 15, 15, TestName = "The log does not have the last epoch, and less of the one before")]
    [TestCase(2, 18, 10, TestName = "The log has an epoch that was not read, at offsets that were")]
    [TestCase(1, 7, 7, TestName = "The log has only the first epoch, and less of it")]
    [TestCase(0, 5, 0, TestName = "Nothing that was read is in the log")]
    public void They_part_where_the_log_has_something_else(int epoch, long end, long at) =>
        Assert.That(Read.PartsAt(30, epoch, end), Is.EqualTo(at));

    [Test]
    public void What_is_cut_is_forgotten() =>
        Assert.That(new long[] { 0, 1, 10, 11, 20, 21 }.Select(offset => Read.Before(offset)?.Epoch), Is.EqualTo(new int?[] { null, 1, 1, 3, 3, 4 }));

    [Test]
    public void Of_a_long_trail_only_the_end_is_kept()
    {
        var trail = EpochTrail.With(null, 0, 0);
        for (var epoch = 1; epoch < 10_000; epoch++) trail = EpochTrail.With(trail, epoch, epoch * 10);

        var kept = 0;
        for (var rest = trail; rest is not null; rest = rest.Before(rest.Start)) kept++;

        Assert.That(kept, Is.InRange(32, 65));
        Assert.That(trail.PartsAt(100_000, 9_990, 99_905), Is.EqualTo(99_905));
        Assert.That(trail.PartsAt(100_000, 5, 60), Is.EqualTo(60), "further back than is remembered");
    }
}
