using Samsa.Rx;

namespace Samsa.Benchmarks.Versus;

/// <summary>Runs the clients in turn, each in a process of its own, and prints the medians.</summary>
static class Race
{
    static readonly string[] Clients = [SamsaContestant.Name, ConfluentContestant.Name];

    public static async Task<int> RunAsync(string[] args)
    {
        RaceOptions options;
        try
        {
            options = RaceOptions.Parse(args);
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }

        // Those who race are processes of their own, and inherit it.
        Environment.SetEnvironmentVariable(SamsaContestant.SettingsVariable, string.Join('\n', options.Settings));
        await using var broker = await Brokers.StartAsync(options);
        Console.WriteLine($"{options.Case} against {broker.Kind}, medians of {options.Rounds}");
        Table.PrintHead();
        if (options.Case is "java" or "tool") await new OtherTools(options, broker).RunAsync();
        foreach (var heat in Races.Of(options)) await RunAsync(options, broker, heat);
        return 0;
    }

    static async Task RunAsync(RaceOptions options, Brokers broker, Heat heat)
    {
        if (!broker.IsNull) heat = await RealTopics.PrepareAsync(broker.Bootstrap, heat);
        var clients = options.IsAlone ? Clients[..1] : Clients;
        var runs = clients.ToDictionary(client => client, _ => new List<Measured>());
        for (var round = 0; round < options.Rounds; round++)
        {
            // Who begins has the machine as the other left it: so they take turns.
            foreach (var client in round % 2 == 0 ? clients : [.. clients.Reverse()])
                runs[client].Add(await MeasureAsync(client, broker.Bootstrap, heat));
        }

        foreach (var client in clients) Table.Print(Measured.Median(runs[client]), options.Json);
        if (heat.Does is not "idle" && !options.IsAlone) Table.PrintRatio(Measured.Median(runs[Clients[0]]), Measured.Median(runs[Clients[1]]));
    }

    static async Task<Measured> MeasureAsync(string client, string bootstrap, Heat heat)
    {
        using var process = Itself.Start(redirectInput: false, heat.ToArguments(client, bootstrap));
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = output.Split('\n').LastOrDefault(one => one.StartsWith('{'));
        return process.ExitCode == 0 && line is not null ? Measured.FromJson(line) : throw new InvalidOperationException($"{client} failed in {heat.Case}: {output}");
    }
}
