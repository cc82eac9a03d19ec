using Samsa.Fuzz;
using Samsa.Fuzz.Recording;

// dotnet run -c Release --project tests/Samsa.Fuzz -- --minutes 5 --keep tests/Samsa.Fuzz/Failures
try
{
    return args switch
    {
        ["replay", .. var files] => Replay(files),
        ["record", .. var words] => await Recorder.RunAsync(words),
        _ => Run(FuzzOptions.Parse(args)),
    };
}
catch (FormatException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

static int Run(FuzzOptions options)
{
    var targets = AllTargets.Known.Where(target => target.Name.StartsWith(options.Only, StringComparison.OrdinalIgnoreCase)).ToList();
    if (targets.Count == 0) throw new FormatException($"No target begins with {options.Only}.");
    Console.WriteLine($"{targets.Count} targets, seed {options.Seed}");
    var result = new FuzzRun(targets, options).Run();
    Console.WriteLine(result);
    var most = result.Times.OrderByDescending(time => time.Value).Take(10).Select(time => $"{time.Key} {time.Value.TotalSeconds:0.0} s");
    Console.WriteLine($"Most time went into {string.Join(", ", most)}.");
    if (options.Keep is not null) Console.WriteLine($"The slowest input: {result.Slowest.Input.Keep(Path.Combine(options.Keep, "slow"))}");
    foreach (var failure in result.Failures)
        Console.WriteLine(options.Keep is null ? failure.Text : $"{failure.Keep(options.Keep)}: {failure.Why.Split('\n')[0]}");
    return result.Failures.Count == 0 ? 0 : 1;
}

static int Replay(string[] files)
{
    foreach (var file in files)
    {
        var failure = Failure.Parse(File.ReadAllText(file));
        Console.WriteLine($"{file}: {AllTargets.Find(failure.Target).Try(failure.Input)}");
    }

    return 0;
}
