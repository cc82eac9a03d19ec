using BenchmarkDotNet.Running;
using Samsa.Benchmarks.Versus;

// dotnet run -c Release --project tests/Samsa.Benchmarks -- versus consume --null        side by side with other clients
// dotnet run -c Release --project tests/Samsa.Benchmarks -- versus-zookeeper             beside kazoo; with idle or watches: what it costs alone
// dotnet run -c Release --project tests/Samsa.Benchmarks -- --filter '*Records*' --job short   inner loops
return args switch
{
    ["versus", .. var asked] => await Race.RunAsync(asked),
    ["versus-run", .. var asked] => await Runner.RunAsync(asked),
    ["versus-zookeeper"] => await ZooKeeperRace.RunAsync(),
    ["versus-zookeeper", "idle"] => await ZooKeeperCosts.IdleAsync(),
    ["versus-zookeeper", "watches"] => await ZooKeeperCosts.WatchesAsync(),
    ["versus-zookeeper-run", .. var asked] => await ZooKeeperRunner.RunAsync(asked),
    ["null-broker"] => await NullBroker.RunAsync(),
    _ => Inner(args),
};

static int Inner(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}
