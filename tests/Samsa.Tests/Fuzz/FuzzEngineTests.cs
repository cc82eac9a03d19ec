using Samsa.Fuzz;

namespace Samsa.Tests.Fuzz;

/// <summary>The engine finds what it is there to find.</summary>
public sealed class FuzzEngineTests
{
    [Test]
    public void An_exception_of_any_other_type_is_a_failure_with_its_input()
    {
        var result = Run(new Target(input => input[0] == 7 ? throw new InvalidCastException("oh") : Verdict.Taken));
        var failure = result.Failures.Single();
        Assert.That((failure.Target, failure.Input[0]), Is.EqualTo(("target", 7)));
        Assert.That(failure.Why, Does.StartWith("System.InvalidCastException: oh"));
    }

    [Test]
    public void An_input_that_never_ends_is_a_failure_and_the_run_ends()
    {
        using var never = new ManualResetEventSlim();
        var target = new Target(input => { if (input[0] == 7) never.Wait(); return Verdict.Refused; });
        var result = new FuzzRun([target], new() { Inputs = 1000, Threads = 1, Patience = TimeSpan.FromMilliseconds(200) }).Run();
        never.Set();
        Assert.That(result.Failures.Single().Why, Does.StartWith("It was not at its end after"));
        Assert.That(result.Failures.Single().Input[0], Is.EqualTo(7));
    }

    [Test]
    public void An_input_that_costs_too_much_memory_is_a_failure()
    {
        var result = Run(new Target(input =>
        {
            var before = Allowance.Now;
            if (input[0] == 7) GC.KeepAlive(new byte[1 << 20]);
            Allowance.Check(before, Allowance.Free, input.Length);
            return Verdict.Taken;
        }));
        Assert.That(result.Failures.Single().Why, Does.Contain("bytes were allocated for an input of 1; it can be 65536."));
    }

    [Test]
    public void The_same_seed_makes_the_same_inputs_on_any_number_of_threads()
    {
        var one = new Target(_ => Verdict.Taken);
        var two = new Target(_ => Verdict.Taken);
        new FuzzRun([one], new() { Inputs = 3000, Threads = 1, Seed = 5 }).Run();
        new FuzzRun([two], new() { Inputs = 3000, Threads = 2, Seed = 5 }).Run();
        Assert.That(two.Counts, Is.EqualTo(one.Counts));
        Assert.That(one.Counts.Sum(), Is.EqualTo(3000));
    }

    [Test]
    public void A_failure_is_kept_as_a_file_and_read_back()
    {
        var folder = Directory.CreateTempSubdirectory("samsa-fuzz").FullName;
        try
        {
            var failure = new Failure("Fetch.Response v12", [1, 2, 255], "System.Exception: two\nlines");
            var read = Failure.Parse(File.ReadAllText(failure.Keep(folder)));
            Assert.That((read.Target, read.Why), Is.EqualTo((failure.Target, failure.Why)));
            Assert.That(read.Input, Is.EqualTo(failure.Input));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("--inputs 5000", 5000)]
    [TestCase("--inputs 10_000_000 --seed 7", 10_000_000)]
    [TestCase("--minutes 0.5", long.MaxValue)]
    public void A_run_is_asked_for_in_inputs_or_minutes(string words, long inputs) =>
        Assert.That(FuzzOptions.Parse(words.Split(' ')).Inputs, Is.EqualTo(inputs));

    [TestCase("--inputs")]
    [TestCase("--hours 2")]
    public void What_is_not_known_is_refused(string words) =>
        Assert.That(() => FuzzOptions.Parse(words.Split(' ')), Throws.TypeOf<FormatException>().With.Message.StartsWith(words.Split(' ')[0]));

    static FuzzResult Run(Target target) => new FuzzRun([target], new() { Inputs = 5000, Threads = 2, MostFailures = 1 }).Run();

    sealed class Target(Func<byte[], Verdict> read) : IFuzzTarget
    {
        readonly int[] counts = new int[256];

        public IReadOnlyList<int> Counts => counts;

        public string Name => "target";

        public int Weight => 1;

        public byte[] Make(Random random) => [(byte)random.Next(256)];

        public Verdict Try(byte[] input)
        {
            Interlocked.Increment(ref counts[input[0]]);
            return read(input);
        }
    }
}
