using System.Globalization;
using Samsa.Rx;

namespace Samsa.Benchmarks.Versus;

/// <summary>Programs beside programs: Java's performance tools beside this client, kcat beside the tool <c>samsa</c>. The start counts for those that are not asked for a rate of their own.</summary>
sealed class OtherTools(RaceOptions options, Brokers broker)
{
    const string JavaVersion = "4.3.1";

    readonly long records = options.Records ?? 5_000_000;

    static string Samsa => $"\"{Itself.Host}\" exec \"{Path.Combine(AppContext.BaseDirectory, "samsa.dll")}\"";

    public async Task RunAsync()
    {
        var full = broker.IsNull ? $"canned-p1-n{records}" : "";
        var empty = "sink-p1";
        if (!broker.IsNull)
        {
            full = (await RealTopics.PrepareAsync(broker.Bootstrap, new("fill", "consume", "full", records))).Topic;
            empty = (await RealTopics.PrepareAsync(broker.Bootstrap, new("fill", "produce", "empty", records))).Topic;
        }

        if (options.Case == "java") await JavaAsync(full, empty);
        else await KcatAsync(full, empty);
    }

    async Task JavaAsync(string full, string empty)
    {
        var script = Brokers.Script ?? throw new FileNotFoundException("Java's tools come from ../shared/kafka, which is not there.");
        await InTurnAsync("consume", [
            ("ConsumerPerformance", JavaVersion, $"{script} tool {JavaVersion} ConsumerPerformance --bootstrap-server {broker.Bootstrap} --topic {full} --num-records {records} --group versus-$RANDOM --timeout 60000"),
            (SamsaContestant.Name, "", Again(new("consume", "consume", full, records))),
        ]);
        await InTurnAsync("produce", [
            ("ProducerPerformance", JavaVersion, $"{script} tool {JavaVersion} ProducerPerformance --bootstrap-server {broker.Bootstrap} --topic {empty} --num-records {records} --record-size 100 --throughput -1"),
            (SamsaContestant.Name, "", Again(new("produce", "produce", empty, records))),
        ]);
    }

    async Task KcatAsync(string full, string empty)
    {
        var file = Path.Combine(Path.GetTempPath(), $"versus-{Environment.ProcessId}.txt");
        await File.WriteAllLinesAsync(file, Lines());
        try
        {
            await InTurnAsync("consume to /dev/null", [
                ("samsa", "", $"{Samsa} consume {full} --until-end --format value -b {broker.Bootstrap} > /dev/null"),
                ("kcat", "", $"kcat -C -b {broker.Bootstrap} -t {full} -o beginning -e -q -X queued.min.messages=1000000 -X queued.max.messages.kbytes=1048576 > /dev/null"),
            ]);
            await InTurnAsync("produce a file", [
                ("samsa", "", $"{Samsa} produce {empty} {file} -b {broker.Bootstrap} > /dev/null"),
                ("kcat", "", $"kcat -P -b {broker.Bootstrap} -t {empty} -l {file} -X enable.idempotence=true -X linger.ms=5"),
            ]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    IEnumerable<string> Lines()
    {
        var lines = Texts.Of(1000, 100).Select(System.Text.Encoding.ASCII.GetString).ToArray();
        for (var i = 0L; i < records; i++) yield return lines[i % lines.Length];
    }

    string Again(Heat heat) => string.Join(' ',
        new[] { Itself.Host, "exec", Path.Combine(AppContext.BaseDirectory, "Samsa.Benchmarks.dll") }
            .Concat(heat.ToArguments(SamsaContestant.Name, broker.Bootstrap)).Select(word => $"'{word}'"));

    async Task InTurnAsync(string what, (string Client, string Version, string Command)[] programs)
    {
        var runs = programs.ToDictionary(program => program.Client, _ => new List<Measured>());
        for (var round = 0; round < options.Rounds; round++)
            foreach (var program in round % 2 == 0 ? programs : [.. programs.Reverse()])
                runs[program.Client].Add(await TimeAsync(what, program.Client, program.Version, program.Command));
        foreach (var program in programs) Table.Print(Measured.Median(runs[program.Client]), options.Json);
    }

    /// <summary>Wall clock and processor of a program and all it starts, as the shell tells them; the rate as the program tells it, if it does.</summary>
    async Task<Measured> TimeAsync(string what, string client, string version, string command)
    {
        var told = await Itself.ReadAsync("bash", "-c", $"TIMEFORMAT='time %R %U %S'; {{ time {{ {command}; }}; }} 2>&1");
        var lines = told.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.FirstOrDefault(line => line.StartsWith('{')) is { } own) return Measured.FromJson(own);
        var times = lines[^1].Split(' ')[1..].Select(Number).ToArray();
        return new(client, version, what, records, Rate(lines) is { } rate ? Math.Round(records / rate, 4) : times[0])
        {
            CpuMicrosPerRecord = Math.Round((times[1] + times[2]) * 1e6 / records, 4),
            CpuPercent = Math.Round(100 * (times[1] + times[2]) / times[0], 1),
        };
    }

    // ProducerPerformance ends with "… 620000.0 records/sec …", ConsumerPerformance with a line whose last column is the rate of the fetching alone.
    static double? Rate(string[] lines)
    {
        if (lines.LastOrDefault(line => line.Contains(" records/sec", StringComparison.Ordinal)) is { } sent)
            return Number(sent.Split(" records/sec")[0].Split(' ')[^1]);
        return lines.Any(line => line.StartsWith("start.time", StringComparison.Ordinal)) ? Number(lines[^2].Split(", ")[^1]) : null;
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
