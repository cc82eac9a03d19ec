using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Samsa.Fuzz;

/// <summary>Gives inputs to targets on all cores, and watches that none takes for ever.</summary>
/// <remarks>Input number n of a seed is the same whatever the number of threads.</remarks>
sealed class FuzzRun(IReadOnlyList<IFuzzTarget> targets, FuzzOptions given)
{
    const int Chunk = 256;

    readonly FuzzOptions options = given;
    readonly IFuzzTarget[] turns = [.. targets.SelectMany(target => Enumerable.Repeat(target, target.Weight))];
    readonly ConcurrentDictionary<string, Failure> failures = new();
    readonly Stopwatch watch = new();
    long next;
    volatile bool stop;

    public FuzzResult Run()
    {
        watch.Start();
        var workers = Enumerable.Range(0, options.Threads).Select(_ => new Worker(this)).ToList();
        while (workers.Exists(worker => !worker.Ended.Wait(TimeSpan.FromMilliseconds(100))))
            if (workers.Find(worker => worker.Took > options.Patience) is { } hanging)
                return Result(workers, hanging.Hang());
            else if (watch.Elapsed > options.Time)
                stop = true;
        return Result(workers, null);
    }

    FuzzResult Result(List<Worker> workers, Failure? hang)
    {
        stop = true;
        return new()
        {
            Seed = options.Seed,
            Taken = workers.Sum(worker => worker.Taken),
            Refused = workers.Sum(worker => worker.Refused),
            Elapsed = watch.Elapsed,
            Slowest = workers.MaxBy(worker => worker.Slowest.Took)!.Slowest,
            Times = workers.SelectMany(worker => worker.Times).GroupBy(time => time.Key)
                .ToDictionary(same => same.Key, same => new TimeSpan(same.Sum(time => time.Value.Ticks))),
            Failures = hang is null ? [.. failures.Values] : [.. failures.Values, hang],
        };
    }

    void Add(IFuzzTarget target, byte[] input, Exception wrong)
    {
        // The same place in the same target is the same failure.
        var root = wrong.InnerException ?? wrong;
        var where = root.StackTrace?.Split('\n')[0];
        failures.TryAdd($"{target.Name} {root.GetType()} {where}", new(target.Name, input, wrong.ToString()));
        if (failures.Count >= options.MostFailures) stop = true;
    }

    sealed class Worker
    {
        readonly FuzzRun run;
        readonly TaskCompletionSource ended = new();
        IFuzzTarget? target;
        byte[] input = [];
        long since;

        public Worker(FuzzRun run)
        {
            this.run = run;
            // A thread of its own that nobody waits for at the end: it may hang.
            new Thread(Work) { IsBackground = true }.Start();
        }

        public Task Ended => ended.Task;

        public long Taken { get; private set; }

        public long Refused { get; private set; }

        public (Failure Input, TimeSpan Took) Slowest { get; private set; } = (new("", [], ""), default);

        public Dictionary<string, TimeSpan> Times { get; } = [];

        /// <summary>How long the present input takes already.</summary>
        public TimeSpan Took => Volatile.Read(ref since) is var start and > 0 ? Stopwatch.GetElapsedTime(start) : default;

        public Failure Hang() => new(target!.Name, input, $"It was not at its end after {Took}.");

        void Work()
        {
            try
            {
                while (!run.stop && Interlocked.Add(ref run.next, Chunk) - Chunk is var first && first < run.options.Inputs)
                    for (var i = first; i < Math.Min(first + Chunk, run.options.Inputs) && !run.stop; i++)
                        Give(new Random((int)(uint)HashOf(run.options.Seed, i)));
            }
            finally
            {
                ended.SetResult();
            }
        }

        void Give(Random random)
        {
            target = run.turns[random.Next(run.turns.Length)];
            var start = Stopwatch.GetTimestamp();
            Volatile.Write(ref since, start);
            input = target.Make(random);
            try
            {
                if (target.Try(input) == Verdict.Taken) Taken++;
                else Refused++;
            }
#pragma warning disable CA1031 // Whatever it is, it is what we look for.
            catch (Exception wrong)
#pragma warning restore CA1031
            {
                Refused++;
                run.Add(target, input, wrong);
            }

            Volatile.Write(ref since, 0);
            var took = Stopwatch.GetElapsedTime(start);
            Times[target.Name] = Times.GetValueOrDefault(target.Name) + took;
            if (took > Slowest.Took) Slowest = (new(target.Name, input, $"{took}"), took);
        }

        // SplitMix64: seeds that follow each other give numbers that have nothing to do with each other.
        static ulong HashOf(int seed, long number)
        {
            var z = unchecked((ulong)seed * 0x9E3779B97F4A7C15 + (ulong)number * 0xBF58476D1CE4E5B9);
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
            return z ^ (z >> 31);
        }
    }
}

/// <summary>What came of a run.</summary>
sealed record FuzzResult
{
    public required int Seed { get; init; }

    public required long Taken { get; init; }

    public required long Refused { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>What the slowest input took, and who read it.</summary>
    public required (Failure Input, TimeSpan Took) Slowest { get; init; }

    /// <summary>How long each target was at work, with the making of its inputs.</summary>
    public required IReadOnlyDictionary<string, TimeSpan> Times { get; init; }

    public required IReadOnlyList<Failure> Failures { get; init; }

    public long Inputs => Taken + Refused;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Inputs} inputs in {Elapsed.TotalSeconds:0.0} s, {Inputs / Elapsed.TotalSeconds:0} a second, seed {Seed}: ") + string.Create(CultureInfo.InvariantCulture,
        $"{Taken} taken, {Refused} refused, {Failures.Count} failures; {Slowest.Input.Target} took longest: {Slowest.Took.TotalMilliseconds:0} ms");
}
