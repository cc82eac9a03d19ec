using System.Diagnostics;
using System.Text.Json;
using Samsa.Marbles.Syntax;
using Samsa.Tests.House;

namespace Samsa.Tests.Marbles;

/// <summary>Each file is a document of Swirly, the notation that ours adds to, and Swirly sees the same in it.</summary>
[TestFixture]
public sealed class SwirlyTests
{
    static readonly string Folder = Repository.PathOf("tests", "Samsa.Tests", "Marbles", "Swirly");

    [Test]
    public async Task Swirly_reads_every_file_and_finds_the_same_lanes_and_frames()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            Assert.Ignore($"Swirly is not here: npm ci --prefix {Path.GetRelativePath(Repository.Root.FullName, Folder)}");
        // Blanks and durations among marbles are ours alone.
        var files = MarbleFiles.Read.Where(file => !file.Directives.IsRun).ToDictionary(file => Repository.PathOf(file.Path));

        var lines = (await Node(files.Keys)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var seen = lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.That(seen, Has.Count.EqualTo(files.Count));
        foreach (var one in seen) Compare(files[one.GetProperty("path").GetString()!], one);
    }

    static void Compare(MarbleFile file, JsonElement seen)
    {
        var streams = seen.GetProperty("streams").EnumerateArray().ToList();
        var lanes = file.Inputs.Concat(file.Outputs).ToList();
        Assert.That(seen.GetProperty("operators").GetInt32(), Is.EqualTo(1), file.Path);
        Assert.That(streams, Has.Count.EqualTo(lanes.Count), file.Path);
        foreach (var (lane, stream) in lanes.Zip(streams))
        {
            var frames = stream.GetProperty("messages").EnumerateArray()
                .Select(message => new Marble(message.GetProperty("frame").GetInt32(), KindOf(message.GetProperty("kind").GetString()!), ""));

            Assert.That(stream.GetProperty("title").GetString(), Is.EqualTo(lane.Title), file.Path);
            // What we say with 'also' it does not see.
            var ours = lane.Timeline.Marbles.Select(marble => marble with { Symbol = "" });
            Assert.That(frames, Is.SubsetOf(ours), $"{file.Path}: {file.NameOf(lane)}");
        }
    }

    static MarbleKind KindOf(string letter) => letter switch { "N" => MarbleKind.Next, "E" => MarbleKind.Error, _ => MarbleKind.Completed };

    static async Task<string> Node(IEnumerable<string> files)
    {
        var start = new ProcessStartInfo("node", ["read.js", .. files])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await node.WaitForExitAsync(limit.Token);
        Assert.That(node.ExitCode, Is.Zero, await errors);
        return await output;
    }
}
