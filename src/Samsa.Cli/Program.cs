using Samsa.Cli;

using var interruption = Interruption.Listen();
return await Tool.RunAsync(args, interruption);
