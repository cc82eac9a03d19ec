using System.Globalization;

namespace Samsa.Fuzz.Corpus;

/// <summary>A message that was really sent.</summary>
/// <param name="Message">Which one: <c>Fetch.Response</c>.</param>
/// <param name="Version">Its version.</param>
/// <param name="Bytes">The message, without header and length.</param>
/// <param name="From">Who sent it to whom.</param>
sealed record Sent(string Message, short Version, byte[] Bytes, string From);

/// <summary>What Kafka's own classes write, and what real clients and brokers were heard to say.</summary>
static class Traffic
{
    /// <summary>What was recorded between clients and brokers: <c>message · version · from · hex</c>.</summary>
    public static IReadOnlyList<Sent> Recorded { get; } = [.. Read(Resource("traffic.tsv"))];

    /// <summary>What Kafka's Java classes write for made-up content: <c>message · version · content · hex</c>.</summary>
    public static IReadOnlyList<Sent> Golden { get; } = [.. Read(Resource("golden.tsv"))];

    /// <summary>The messages of a file.</summary>
    public static IEnumerable<Sent> Read(string file) => file.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split('\t'))
        .Select(line => new Sent(line[0], short.Parse(line[1], CultureInfo.InvariantCulture), Convert.FromHexString(line[3]), line[2]));

    static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(Traffic).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
