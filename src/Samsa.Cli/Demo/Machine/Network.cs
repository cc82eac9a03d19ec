using System.Globalization;
using System.Net.NetworkInformation;

namespace Samsa.Cli.Demo.Machine;

/// <summary>Bytes through all network interfaces, the loopback one too: the records themselves are seen passing.</summary>
sealed class Network(ProcFile? dev) : IMeter
{
    readonly Rate received = new(), sent = new();

    public void Measure(double now, List<Measurement> into)
    {
        var (came, went) = dev is null ? FromInterfaces() : FromProc(dev.Read());
        into.Add(new("net.received", Unit.BytesPerSecond, received.Of(came, now)));
        into.Add(new("net.sent", Unit.BytesPerSecond, sent.Of(went, now)));
    }

    static (double Received, double Sent) FromInterfaces()
    {
        double came = 0, went = 0;
        foreach (var one in NetworkInterface.GetAllNetworkInterfaces())
        {
            var statistics = one.GetIPStatistics();
            came += statistics.BytesReceived;
            went += statistics.BytesSent;
        }

        return (came, went);
    }

    // Two lines of headings, then "  eth0: bytes packets errs drop fifo frame compressed multicast bytes …"
    static (double Received, double Sent) FromProc(string text)
    {
        double came = 0, went = 0;
        foreach (var line in text.Split('\n').Skip(2))
        {
            var fields = line[(line.IndexOf(':') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 9) continue;
            came += double.Parse(fields[0], CultureInfo.InvariantCulture);
            went += double.Parse(fields[8], CultureInfo.InvariantCulture);
        }

        return (came, went);
    }
}
