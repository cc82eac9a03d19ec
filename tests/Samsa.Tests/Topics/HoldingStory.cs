using System.Reactive.Subjects;
using Samsa.Flow;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Topics;

/// <summary>One reading whose records are kept, let go and never let go, while its partitions come and go; and what must hold all the time.</summary>
sealed class HoldingStory : IObserver<KafkaRecord>, IObserver<PartitionPosition>, IDisposable
{
    const int Partitions = 3;
    const int PerBatch = 5;

    readonly Lock gate = new();
    readonly Random random;
    readonly Random holding;
    readonly Stage stage;
    readonly ConsumeOptions options;
    readonly MergeByAssignmentOptions<TopicPartition> merging;
    readonly Subject<PartitionAssignment> assignments = new();
    readonly Dictionary<int, Epoch> present = [];
    readonly HashSet<RecordOrigin> known = [];
    readonly List<Lease> superseded = [];
    readonly double[] keeps = new double[Partitions];
    readonly int[] written = new int[Partitions];
    readonly List<string> told = [];
    HashSet<int> assigned = [];
    Exception? ended;
    string? broken;
    int generation;
    IDisposable? subscription;
    IDisposable? watching;

    public HoldingStory(int seed, Stage stage)
    {
        (random, holding, this.stage) = (new(seed), new(seed), stage);
        options = new()
        {
            AckMode = random.Next(2) == 0 ? AckMode.OnReturn : AckMode.Explicit,
            InFlightRecords = random.Next(8, 30),
            InFlightPartitionRecords = random.Next(3) == 0 ? random.Next(6, 20) : 1000,
        };
        merging = new() { Drain = random.Next(3) == 0 ? TimeSpan.FromMilliseconds(30) : null };
        Note($"seed {seed}: {options.AckMode}, {options.InFlightRecords} in all, {options.InFlightPartitionRecords} of a partition, drain {merging.Drain}");
    }

    public async Task Run()
    {
        for (var partition = 0; partition < Partitions; partition++) Write(partition, 60);
        var reading = stage.Kafka.Read(assignments, options, merging);
        watching = reading.Positions.Subscribe(this);
        subscription = reading.Subscribe(this);
        Assign([.. Enumerable.Range(0, Partitions).Where(_ => random.Next(2) == 0)]);
        for (var steps = 20; steps > 0; steps--) await Step();
        Assign([.. Enumerable.Range(0, Partitions)]);
        await Settle();
        await FailOne();
    }

    public void Dispose()
    {
        TestContext.Out.WriteLine(string.Join('\n', told));
        subscription?.Dispose();
        watching?.Dispose();
        assignments.Dispose();
    }

    async Task Step()
    {
        switch (random.Next(10))
        {
            case 0 or 1:
                Assign([.. Enumerable.Range(0, Partitions).Where(_ => random.Next(2) == 0)]);
                break;
            case 2 or 3:
                Keep(random.Next(Partitions), random.Next(4) switch { 0 => 0, 1 => 0.2, _ => 1 });
                break;
            case 4:
                LetGo(all: false);
                break;
            case 5:
                FailWhatIsGone();
                break;
            case 6:
                Write(random.Next(Partitions), random.Next(1, 20));
                break;
            case 7:
                await Settle();
                break;
            case 8:
                await TakeAwayWhoHoldsUp();
                break;
            default:
                await Task.Delay(random.Next(20));
                break;
        }
    }

    void Assign(HashSet<int> partitions)
    {
        Note($"assign {string.Join(' ', partitions)}");
        lock (gate) assigned = partitions;
        assignments.OnNext(new(++generation, "t", [.. partitions]));
    }

    void Keep(int partition, double share)
    {
        Note($"keep {share} of {partition}");
        lock (gate) keeps[partition] = share;
    }

    void Write(int partition, int count)
    {
        Note($"write {count} to {partition}");
        stage.WriteNumbers(partition, written[partition], count, PerBatch);
        lock (gate) written[partition] += count;
    }

    /// <summary>What is kept of the partitions that are assigned is dealt with, in any order. What is kept of others stays so.</summary>
    void LetGo(bool all)
    {
        List<Lease> leases = [];
        lock (gate)
        {
            foreach (var partition in assigned)
            {
                if (!present.TryGetValue(partition, out var epoch)) continue;
                foreach (var (offset, kept) in epoch.Kept.ToArray())
                {
                    if (!all && random.Next(2) == 0) continue;
                    // From here on its position may go past it.
                    epoch.Kept.Remove(offset);
                    leases.AddRange(kept);
                }
            }

            // Late, and of a partition that others may have by now.
            for (; superseded.Count > 0 && random.Next(3) > 0; superseded.RemoveAt(0)) leases.Add(superseded[0]);
        }

        foreach (var lease in leases.OrderBy(_ => random.Next())) lease.Complete();
    }

    /// <summary>Everything that comes is kept, until nothing comes any more; then those have their turn who had nothing to do with it.</summary>
    async Task TakeAwayWhoHoldsUp()
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            Write(partition, options.InFlightRecords);
            Keep(partition, 1);
        }

        await Task.Delay(random.Next(20));
        Assign([.. Enumerable.Range(0, Partitions).Except(assigned)]);
        await Settle();
    }

    void FailWhatIsGone()
    {
        List<Lease> leases;
        lock (gate)
        {
            leases = [.. superseded];
            superseded.Clear();
        }

        Note($"fail {leases.Count} of what was taken away");
        foreach (var lease in leases) lease.Fail(new InvalidOperationException("It is gone."));
    }

    /// <summary>Nobody keeps anything any more: then everything that is assigned comes, whatever is kept of what is not.</summary>
    async Task Settle()
    {
        Note("settle");
        var before = (double[])keeps.Clone();
        lock (gate) keeps.AsSpan().Clear();
        await Eventually.True(IsSettled, $"it settles: {this}");
        lock (gate) before.CopyTo(keeps, 0);
        Assert.That((broken, ended), Is.EqualTo((default(string), default(Exception))), ToString());

        bool IsSettled()
        {
            LetGo(all: true);
            lock (gate) return broken is not null || ended is not null || assigned.All(partition => PositionOf(partition) == written[partition]);
        }
    }

    async Task FailOne()
    {
        var partition = random.Next(Partitions);
        lock (gate) keeps[partition] = 1;
        Write(partition, 1);
        await Eventually.True(() => KeptOf(partition).Count > 0, $"one is kept: {this}");
        var (offset, lease) = KeptOf(partition)[0];
        lease.Fail(new InvalidOperationException("It failed."));
        await Eventually.True(() => ended is not null, $"it ends: {this}");

        Assert.That(broken, Is.Null, ToString());
        Assert.That(ended, Is.TypeOf<RecordFailedException>().With.Property(nameof(RecordFailedException.Offset)).EqualTo(offset));
    }

    List<(long Offset, Lease Lease)> KeptOf(int partition)
    {
        lock (gate) return [.. present[partition].Kept.SelectMany(kept => kept.Value.Select(lease => (kept.Key, lease)))];
    }

    long PositionOf(int partition) => present.TryGetValue(partition, out var epoch) ? epoch.Origin.Position ?? 0 : 0;

    public void OnNext(KafkaRecord value)
    {
        Lease[] leases;
        var keep = false;
        lock (gate)
        {
            var epoch = EpochOf(value);
            Check(value.Offset == epoch.Next, $"{value} came, and {epoch.Next} was next");
            Check(value.Text == $"{value.Offset}", $"{value} is {value.Text}");
            epoch.Next = value.Offset + 1;
            keep = holding.NextDouble() < keeps[value.Partition];
            leases = new Lease[options.AckMode == AckMode.Explicit || keep ? holding.Next(1, 3) : 0];
            for (var i = 0; i < leases.Length; i++) leases[i] = value.Defer();
            // One lease of two is enough to keep it.
            if (keep) epoch.Kept.Add(value.Offset, leases);
        }

        if (!keep)
            foreach (var lease in leases)
                lease.Complete();
    }

    public void OnNext(PartitionPosition value)
    {
        lock (gate)
        {
            if (!present.TryGetValue(value.Partition.Partition, out var epoch)) return;
            if (epoch.Kept.Count > 0) Check(value.Offset <= epoch.Kept.Keys.First(), $"{value} was told, and {epoch.Kept.Keys.First()} is kept");
            Check(value.Offset <= epoch.Next, $"{value} was told, and {epoch.Next} was not delivered");
        }
    }

    public void OnError(Exception error) => ended ??= error;

    public void OnCompleted()
    {
    }

    Epoch EpochOf(in KafkaRecord record)
    {
        if (present.TryGetValue(record.Partition, out var epoch) && epoch.Origin == record.Origin) return epoch;
        Check(known.Add(record.Origin), $"{record} was taken away");
        // A partition goes on where not everything was dealt with.
        var first = epoch?.Origin.Position ?? 0;
        Check(record.Offset == first, $"{record} came first, and {first} was the first that was not dealt with");
        if (epoch is not null) superseded.AddRange(epoch.Kept.Values.SelectMany(leases => leases));
        if (epoch is { Kept.Count: > 0 }) Check(first <= epoch.Kept.Keys.First(), $"{first} is past {epoch.Kept.Keys.First()}, which was kept");
        return present[record.Partition] = new(record.Origin) { Next = record.Offset };
    }

    void Check(bool holds, string otherwise)
    {
        if (!holds) broken ??= otherwise;
    }

    void Note(string happened)
    {
        lock (gate) told.Add(happened);
    }

    public override string ToString()
    {
        lock (gate)
            return $"assigned {string.Join(' ', assigned)}; written {string.Join(' ', written)}; broken: {broken}; ended: {ended?.Message}; "
                + string.Join("; ", present.Select(pair => $"{pair.Key}: next {pair.Value.Next}, position {pair.Value.Origin.Position}, {pair.Value.Kept.Count} kept"));
    }

    /// <summary>A partition from when it is begun until it is given up.</summary>
    sealed class Epoch(RecordOrigin origin)
    {
        public RecordOrigin Origin => origin;

        public long Next { get; set; }

        public SortedDictionary<long, Lease[]> Kept { get; } = [];
    }
}
