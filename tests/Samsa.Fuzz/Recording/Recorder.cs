using System.Diagnostics;
using Samsa.Fuzz.Corpus;

namespace Samsa.Fuzz.Recording;

/// <summary>Records what clients and a broker say to each other, and keeps some of each kind in the corpus.</summary>
/// <remarks><code>
/// record BROKER NAME FILE interview            every request we can write, in every version that the broker speaks
/// record BROKER NAME FILE kcat -b {} -L        a client; {} is the address it shall talk to
/// </code></remarks>
static class Recorder
{
    const int PerMessage = 3;
    const int LongestMessage = 600;

    public static async Task<int> RunAsync(string[] words)
    {
        if (words is not [var broker, var name, var file, .. { Length: > 0 } command])
            throw new FormatException("It is: record BROKER NAME FILE interview, or: record BROKER NAME FILE CLIENT ARGUMENT… with {} for the address.");
        await using var proxy = new RecordingProxy(broker);
        if (command is ["interview"]) await new Interview(proxy.Address).HoldAsync();
        else await CallAsync([.. command.Select(word => word.Replace("{}", proxy.Address, StringComparison.Ordinal))]);
        var client = command is ["interview"] ? "Samsa" : Path.GetFileName(command[0]);
        var heard = proxy.Heard.Select(one => one with { From = IsRequest(one) ? $"{client} to {name}" : $"{name} to {client}" });
        var kept = Some(Traffic.Read(await File.ReadAllTextAsync(file)).Concat(heard));
        await File.WriteAllLinesAsync(file, kept.Select(one => $"{one.Message}\t{one.Version}\t{one.From}\t{Convert.ToHexStringLower(one.Bytes)}"));
        Console.WriteLine($"{proxy.Heard.Count} messages were heard; {kept.Count} are kept in {file}.");
        return 0;
    }

    static bool IsRequest(Sent sent) => sent.Message.EndsWith("Request", StringComparison.Ordinal);

    /// <summary>Of each message in each version some that are not alike and not long, of different senders if there are.</summary>
    static List<Sent> Some(IEnumerable<Sent> all) =>
    [
        .. all.Where(one => one.Bytes.Length <= LongestMessage)
            .GroupBy(one => (one.Message, one.Version))
            .OrderBy(same => same.Key.Message, StringComparer.Ordinal).ThenBy(same => same.Key.Version)
            .SelectMany(same => same.DistinctBy(one => one.Bytes.Length)
                .GroupBy(one => one.From)
                .SelectMany(sender => sender.OrderByDescending(one => one.Bytes.Length).Select((one, rank) => (one, rank)))
                .OrderBy(ranked => ranked.rank).Take(PerMessage).Select(ranked => ranked.one)),
    ];

    static async Task CallAsync(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true })!;
        process.StandardInput.Close();
        await process.WaitForExitAsync();
    }
}
