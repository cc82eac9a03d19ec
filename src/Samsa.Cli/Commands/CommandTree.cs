using System.CommandLine;
using System.CommandLine.Help;

namespace Samsa.Cli.Commands;

/// <summary>All commands with their help.</summary>
static class CommandTree
{
    const string Epilog = """
        Start here:
          samsa demo                          three brokers, live data and a LINQ query; needs nothing
          samsa serve --port 9092             a Kafka in this process, until Ctrl-C
          echo hello | samsa produce greetings -b localhost:9092
          samsa consume greetings -b localhost:9092 --until-end

        Exit codes: 0 done; 1 failed, or only partly done; 2 wrong use; 130 ended by Ctrl-C, 143 by SIGTERM.

        Shell completion (bash; put it into ~/.bashrc):
          _samsa() { mapfile -t COMPREPLY < <(samsa "[suggest:$COMP_POINT]" "$COMP_LINE"); }
          complete -o default -F _samsa samsa

        """;

    public static RootCommand Build(CommonOptions common)
    {
        var root = new RootCommand("Kafka from the terminal: servers in the process, topics, produce and consume.");
        var examples = new Dictionary<Command, string> { [root] = Epilog };

        (Command Command, string Examples)[] all =
        [
            DemoCommand.Create(common),
            ServeCommand.Create(common),
            .. TopicsCommand.Create(common),
            ProduceCommand.Create(common),
            ConsumeCommand.Create(common),
            WatchCommand.Create(common),
            .. ZkCommand.Create(common),
            .. MarblesCommand.Create(common),
        ];
        foreach (var (command, text) in all)
        {
            // The commands below another are added to it by itself.
            if (!command.Parents.Any()) root.Add(command);
            examples[command] = text;
        }

        common.AddTo(root);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, examples);
        // Somebody who types only the name wants to know what there is.
        root.SetAction(parsed => help.Action is HelpWithExamples action ? action.Invoke(parsed) : ExitCode.Done);
        return root;
    }
}
