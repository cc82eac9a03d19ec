namespace Samsa.Benchmarks.Versus;

/// <summary>The process in which one client runs one heat: warms up, measures, and prints one line of JSON.</summary>
static class Runner
{
    const int PerSecond = 10_000;

    public static async Task<int> RunAsync(string[] args)
    {
        var (name, bootstrap, heat) = Heat.Parse(args);
        await using IContestant client = name == SamsaContestant.Name
            ? await SamsaContestant.StartAsync(bootstrap, heat)
            : new ConfluentContestant(bootstrap, heat);
        var measured = heat.Does switch
        {
            "consume" => await ConsumeAsync(),
            "latency" => await LatencyAsync(),
            "memory" => await MemoryAsync(),
            "idle" => await IdleAsync(),
            "produce-report" => await ProduceAsync(Reports.Each),
            "produce-awaited" => await ProduceAsync(Reports.Awaited),
            _ => await ProduceAsync(Reports.None),
        };
        Console.WriteLine(measured.ToJson());
        return 0;

        async Task<Measured> ProduceAsync(Reports reports)
        {
            var values = heat.IsJson ? Texts.Json(1000) : Texts.Of(1000, 100);
            await client.ProduceAsync(values, heat.Warming, reports);
            var meter = new Meter();
            await client.ProduceAsync(values, heat.Records, reports);
            return meter.Stop(heat, name, client.Version);
        }

        async Task<Measured> ConsumeAsync()
        {
            var course = new Course(heat.Warming, heat.Records);
            await client.ConsumeAsync(course);
            return course.Meter.Stop(heat, name, client.Version);
        }

        async Task<Measured> LatencyAsync()
        {
            var skipped = 10 * PerSecond;
            var latencies = new Latencies(skipped, heat.Records);
            var running = client.LatencyAsync(latencies, heat.Records + skipped, PerSecond);
            await latencies.Warm.WaitAsync(TimeSpan.FromMinutes(1));
            var meter = new Meter();
            await latencies.Ended.WaitAsync(TimeSpan.FromMinutes(5));
            var measured = meter.Stop(heat, name, client.Version, latencies);
            await running;
            return measured;
        }

        async Task<Measured> MemoryAsync()
        {
            var meter = new Meter();
            await client.ProduceAsync(Texts.Of(1000, 100), heat.Records, Reports.None);
            await client.ConsumeAsync(new(0, heat.Records));
            return meter.Stop(heat, name, client.Version);
        }

        async Task<Measured> IdleAsync()
        {
            var end = new TaskCompletionSource();
            var running = client.IdleAsync(end.Task);
            // What is done twice a second takes a minute to be compiled as well as it can be.
            await Task.Delay(TimeSpan.FromSeconds(90));
            var meter = new Meter();
            await Task.Delay(TimeSpan.FromSeconds(20));
            var measured = meter.Stop(heat, name, client.Version);
            end.SetResult();
            await running;
            return measured;
        }
    }
}
