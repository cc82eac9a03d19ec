namespace Samsa.Scenarios.Soak;

/// <summary>An oracle that finds nothing proves nothing: each law is broken here once, and must be found.</summary>
[TestFixture]
sealed class OracleTests
{
    readonly List<Ledger> ledgers = [];
    Facts facts = null!;
    TopicLog log = null!;

    [SetUp]
    public void Begin()
    {
        ledgers.Clear();
        facts = new(new Chronicle());
        log = new("the log", facts);
    }

    [Test]
    public void A_log_as_it_was_reported_breaks_nothing()
    {
        var (first, second) = (Wrote(Promise.ExactlyOnce, 3), Wrote(Promise.AtLeastOnce, 2));
        Persisted(first, 0, at: 0);
        Persisted(second, 0, at: 1);
        Persisted(first, 1, at: 2);
        Persisted(second, 1, at: 4);
        first.Report(2, Outcome.NotPersisted, 0, -1);
        Holds(first, 0);
        Holds(second, 0);
        Holds(first, 1);
        Holds(second, 1, 1);

        Assert.That(Broken(), Is.Empty);
    }

    [TestCase(Promise.ExactlyOnce, true)]
    [TestCase(Promise.AtLeastOnce, true)]
    [TestCase(Promise.WhileTheLeaderLives, false)]
    [TestCase(Promise.AtMostOnce, false)]
    public void A_record_that_was_persisted_and_is_not_there_is_found(Promise promise, bool isBroken)
    {
        var writer = Wrote(promise, 2);
        Persisted(writer, 0, at: 0);
        Persisted(writer, 1, at: 1);
        Holds(writer, 0);

        Assert.That(Broken(), isBroken ? Is.EqualTo(new[] { Laws.Lost }) : Is.Empty);
    }

    [TestCase(Promise.ExactlyOnce, true)]
    [TestCase(Promise.AtMostOnce, true)]
    [TestCase(Promise.AtLeastOnce, false)]
    [TestCase(Promise.WhileTheLeaderLives, false)]
    public void A_record_that_is_there_twice_is_found(Promise promise, bool isBroken)
    {
        var writer = Wrote(promise, 1);
        Persisted(writer, 0, at: 1);
        Holds(writer, 0, 0);

        Assert.That(Broken(), isBroken ? Is.EqualTo(new[] { Laws.Doubled }) : Is.Empty);
    }

    [Test]
    public void An_unknown_record_may_be_there_or_not_but_not_twice()
    {
        var writer = Wrote(Promise.ExactlyOnce, 3);
        for (var number = 0; number < 3; number++) writer.Report(number, Outcome.Unknown, 0, -1);
        Holds(writer, 1, 2, 2);

        Assert.That(Broken(), Is.EqualTo(new[] { Laws.Doubled }));
    }

    [TestCase(Promise.ExactlyOnce)]
    [TestCase(Promise.AtLeastOnce)]
    public void A_record_that_is_not_where_it_was_reported_is_found(Promise promise)
    {
        var writer = Wrote(promise, 2);
        Persisted(writer, 0, at: 1);
        Persisted(writer, 1, at: 1);
        Holds(writer, 0, 1);

        Assert.That(Broken(), Is.EqualTo(new[] { Laws.Moved }));
    }

    [TestCase(Promise.ExactlyOnce)]
    [TestCase(Promise.AtLeastOnce)]
    [TestCase(Promise.AtMostOnce)]
    public void Records_that_changed_places_are_found(Promise promise)
    {
        var writer = Wrote(promise, 2);
        Persisted(writer, 0, at: 1);
        Persisted(writer, 1, at: 0);
        Holds(writer, 1, 0);

        Assert.That(Broken(), Is.EqualTo(new[] { Laws.Ordered }));
    }

    [TestCase(Promise.ExactlyOnce)]
    [TestCase(Promise.AtLeastOnce)]
    [TestCase(Promise.WhileTheLeaderLives)]
    [TestCase(Promise.AtMostOnce)]
    public void A_record_that_is_there_though_it_was_denied_is_found(Promise promise)
    {
        var writer = Wrote(promise, 1);
        writer.Report(0, Outcome.NotPersisted, 0, -1);
        Holds(writer, 0);

        Assert.That(Broken(), Is.EqualTo(new[] { Laws.Denied }));
    }

    [Test]
    public void A_record_without_a_report_and_a_second_report_are_found()
    {
        var writer = Wrote(Promise.AtMostOnce, 2);
        Persisted(writer, 0, at: 0);
        Persisted(writer, 0, at: 0);
        writer.Report(7, Outcome.Persisted, 0, 0);
        Holds(writer, 0);

        Assert.That(Broken(), Is.EquivalentTo(new[] { Laws.Silent, "two reports", "a report for nothing" }));
    }

    [Test]
    public void A_record_that_nobody_wrote_is_found()
    {
        Wrote(Promise.AtMostOnce, 0);
        log.Add(0, 0, new Mark(0, 0));
        log.Add(0, 1, Mark.Foreign);

        Assert.That(Broken(), Is.EqualTo(new[] { Laws.Invented }));
        Assert.That(facts.Broken[Laws.Invented], Is.EqualTo(2));
    }

    [Test]
    public void A_reader_that_missed_or_swapped_or_repeated_something_is_found()
    {
        var writer = Wrote(Promise.AtMostOnce, 3);
        Holds(writer, 0, 1, 2);
        TopicLog exact = new("exact", facts), shorter = new("shorter", facts), swapped = new("swapped", facts), again = new("again", facts);
        foreach (var number in (int[])[0, 1, 2]) exact.Add(0, number, new(0, number));
        foreach (var number in (int[])[0, 1]) shorter.Add(0, number, new(0, number));
        foreach (var (offset, number) in ((int, int)[])[(0, 0), (1, 2), (2, 1)]) swapped.Add(0, offset, new(0, number));
        foreach (var offset in (int[])[0, 1, 1, 2]) again.Add(0, offset, new(0, offset));

        Assert.That(facts.Broken.Keys, Is.EqualTo(new[] { "offsets without gaps" }), "the one that repeats");
        foreach (var reader in (TopicLog[])[exact, again]) Laws.Compare(reader, log, facts);
        Assert.That(facts.Broken, Does.Not.ContainKey(Laws.Misread));
        foreach (var reader in (TopicLog[])[shorter, swapped]) Laws.Compare(reader, log, facts);
        Assert.That(facts.Broken[Laws.Misread], Is.EqualTo(2));
    }

    [Test]
    public void A_value_that_was_damaged_is_not_taken_for_the_record([Values(0, 1, 25, 1_000_003)] int number)
    {
        var value = Encoding.UTF8.GetBytes(new Mark(3, number).Value);
        Assert.That(Mark.Of(value), Is.EqualTo(new Mark(3, number)));

        Assert.That(Mark.Of((byte[])[.. value, (byte)'x']), Is.EqualTo(Mark.Foreign));
        for (var place = 0; place < value.Length; place++)
        {
            var damaged = (byte[])[.. value];
            damaged[place] = (byte)'~';
            Assert.That(Mark.Of(damaged), Is.EqualTo(Mark.Foreign), Encoding.UTF8.GetString(damaged));
        }
    }

    [Test]
    public void A_seed_is_always_the_same_schedule([Values(1, 4, 100)] int seed)
    {
        var plan = Schedule.Plan.Short with { Faults = 50 };

        var (once, again) = (Schedule.Of(seed, plan), Schedule.Of(seed, plan));

        Assert.That(again.Select(fault => $"{fault}"), Is.EqualTo(once.Select(fault => $"{fault}")));
        Assert.That(once.Select(fault => fault.Kind).Distinct(), Is.EquivalentTo(new[] { FaultKind.Kill, FaultKind.Pause, FaultKind.Grow }));
    }

    Ledger Wrote(Promise promise, int count)
    {
        var ledger = new Ledger(ledgers.Count, $"writer {ledgers.Count}", promise, facts);
        for (var i = 0; i < count; i++) ledger.Next();
        ledgers.Add(ledger);
        return ledger;
    }

    static void Persisted(Ledger writer, int number, int at) => writer.Report(number, Outcome.Persisted, 0, at);

    void Holds(Ledger writer, params int[] numbers)
    {
        foreach (var number in numbers) log.Add(0, log.CountOf(0), new(writer.Writer, number));
    }

    IEnumerable<string> Broken()
    {
        Laws.Settle(ledgers, log, facts);
        return facts.Broken.Keys;
    }
}
