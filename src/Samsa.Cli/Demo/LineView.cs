using System.Globalization;
using Samsa.Cli.Terminal;

namespace Samsa.Cli.Demo;

/// <summary>The demo where no cursor can move: a line a second.</summary>
sealed class LineView(TextWriter output, TimeProvider clock) : View(clock)
{
    public override void Open(Scene scene) => output.WriteLine(
        $"Three brokers like Kafka {scene.Like} at {scene.Bootstrap}; this machine's measurements go through \"{scene.Topic}\" ({scene.Partitions} partitions) for {Amount.Time(scene.Length)}.");

    public override Task FollowAsync(Func<Picture> look, Task play, CancellationToken ct) =>
        EachAsync(TimeSpan.FromSeconds(1), () => Show(look()), play, ct);

    public override void Tell(Happening happening) => output.WriteLine(Words.Of(happening));

    public override void Close(Verdict verdict)
    {
        foreach (var line in Words.Of(verdict)) output.WriteLine(line);
    }

    void Show(Picture picture)
    {
        var latest = picture.Keys.Where(key => key.Key is "cpu.busy" or "memory.samsa" or "net.sent").Select(key => $"{key.Key} {Amount.Of(key.Latest, key.Unit)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{picture.Elapsed.TotalSeconds,5:0.0} s  sent {Amount.Whole(picture.Balance.Sent),8}  received {Amount.Whole(picture.Balance.Received),8}  {Amount.Whole(picture.Rate),6}/s  leaders {string.Join(' ', picture.Partitions.Select(partition => partition.Leader))}  {string.Join("  ", latest)}"));
    }
}
