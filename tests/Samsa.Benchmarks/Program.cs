using BenchmarkDotNet.Running;

// dotnet run -c Release --project tests/Samsa.Benchmarks -- --filter '*Records*' --job short
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
