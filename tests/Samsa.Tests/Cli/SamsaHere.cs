using Samsa.Cli;
using Samsa.Cli.Commands;

namespace Samsa.Tests.Cli;

/// <summary>The tool inside the test's process, for what it says to the words of its command line: much quicker than starting one.</summary>
static class SamsaHere
{
    public static async Task<(int Code, string Output, string Error)> RunAsync(params string[] words)
    {
        var (output, error, bootstrap) = (Console.Out, Console.Error, Environment.GetEnvironmentVariable(CommonOptions.BootstrapVariable));
        using var said = new StringWriter();
        using var complained = new StringWriter();
        try
        {
            Console.SetOut(said);
            Console.SetError(complained);
            Environment.SetEnvironmentVariable(CommonOptions.BootstrapVariable, null);
            using var interruption = new Interruption();
            return (await Tool.RunAsync(words, interruption), said.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
            Environment.SetEnvironmentVariable(CommonOptions.BootstrapVariable, bootstrap);
        }
    }
}
