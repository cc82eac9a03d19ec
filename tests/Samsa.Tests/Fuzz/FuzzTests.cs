using System.Globalization;
using Samsa.Fuzz;
using Samsa.Tests.House;
using Samsa.Tests.Protocol;

namespace Samsa.Tests.Fuzz;

/// <summary>Everything that reads bytes of strangers reads a million of them: real messages with something changed.</summary>
/// <remarks>SAMSA_MUTATIONS sets how many; SAMSA_SEED repeats a run. What fails is kept beside the engine, and read again for ever.</remarks>
public sealed class FuzzTests
{
    const int DefaultInputs = 1_000_000;

    static string Failures => Repository.PathOf("tests", "Samsa.Fuzz", "Failures");

    static IEnumerable<TestCaseData> Kept => Directory.EnumerateFiles(Failures, "*.txt").Order(StringComparer.Ordinal)
        .Select(file => new TestCaseData(Failure.Parse(File.ReadAllText(file))).SetArgDisplayNames(Path.GetFileNameWithoutExtension(file)));

    [Test, Parallelizable(ParallelScope.None)]
    public void A_million_changed_messages_batches_and_frames_break_no_rule()
    {
        var options = new FuzzOptions { Inputs = Number("SAMSA_MUTATIONS") ?? DefaultInputs, Seed = (int?)Number("SAMSA_SEED") ?? Random.Shared.Next(), Keep = Failures };
        TestContext.Out.WriteLine($"SAMSA_SEED={options.Seed} SAMSA_MUTATIONS={options.Inputs}");
        var result = new FuzzRun(AllTargets.Known, options).Run();
        TestContext.Out.WriteLine(result);

        Assert.That(result.Failures.Select(failure => $"{failure.Keep(Failures)}\n{failure.Text}"), Is.Empty);
        Assert.That(result.Inputs, Is.EqualTo(options.Inputs));
        Assert.That(result.Refused, Is.GreaterThan(options.Inputs / 5), "the damage must do damage");
        Assert.That(result.Taken, Is.GreaterThan(options.Inputs / 20), "some damage is only other content");
    }

    [Test]
    public void Messages_that_have_what_Kafkas_do_not_break_no_rule()
    {
        // The generator can do more than the messages of Kafka ask of it.
        var targets = DeclaredMessage.In(typeof(FuzzTests).Assembly)
            .SelectMany(message => message.Versions.Select(version => AllTargets.Of(message, version, []))).ToList();
        var result = new FuzzRun(targets, new() { Inputs = 50_000 }).Run();
        TestContext.Out.WriteLine(result);
        Assert.That(result.Failures.Select(failure => failure.Text), Is.Empty);
    }

    [TestCaseSource(nameof(Kept))]
    public void What_failed_once_does_not_fail_again(object kept)
    {
        var failure = (Failure)kept;
        var result = new FuzzRun([new Replay(failure)], new() { Inputs = 1, Threads = 1 }).Run();
        Assert.That(result.Failures.Select(again => again.Text), Is.Empty);
    }

    [Test]
    public void Every_message_in_every_version_is_tried() =>
        Assert.That(
            EveryMessage.All.Except(DeclaredMessage.In(typeof(FuzzTests).Assembly)).SelectMany(message => message.Versions.Select(version => $"{message} v{version}")),
            Is.SubsetOf(AllTargets.Known.Select(target => target.Name)));

    static long? Number(string variable) =>
        long.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    sealed class Replay(Failure failure) : IFuzzTarget
    {
        readonly IFuzzTarget target = AllTargets.Find(failure.Target);

        public string Name => target.Name;

        public int Weight => 1;

        public byte[] Make(Random random) => failure.Input;

        public Verdict Try(byte[] input) => target.Try(input);
    }
}
