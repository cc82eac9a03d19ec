using Samsa.Cli.Terminal;
using Spectre.Console;

namespace Samsa.Cli.Demo;

/// <summary>The demo on a terminal: one picture that stays in place and moves.</summary>
sealed class TerminalView(IAnsiConsole console, TimeProvider clock) : View(clock)
{
    static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(200);

    // What stands around the keys: title, counts, rules, partitions, brokers, happenings, and a line for the prompt.
    const int LinesAroundKeys = 15;

    // The widest of the other columns, and the space between all of them.
    const int ColumnsBesideHistory = 62;

    Scene? scene;

    public override void Open(Scene scene) => this.scene = scene;

    public override Task FollowAsync(Func<Picture> look, Task play, CancellationToken ct) =>
        console.Live(Draw(look())).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
        {
            await EachAsync(FrameTime, () => live.UpdateTarget(Draw(look())), play, ct);
            live.UpdateTarget(Draw(look()));
        });

    // The picture shows it.
    public override void Tell(Happening happening)
    {
    }

    public override void Close(Verdict verdict)
    {
        foreach (var line in Words.Of(verdict))
            console.MarkupLine(verdict.IsGood ? $"[green]{line.EscapeMarkup()}[/]" : $"[red]{line.EscapeMarkup()}[/]");
    }

    Rows Draw(Picture picture)
    {
        var elapsed = picture.Elapsed < scene!.Length ? picture.Elapsed : scene.Length;
        return new Rows(
            new Markup($"[bold]samsa demo[/]  [grey]this machine → \"{scene.Topic}\", {scene.Partitions} partitions → LINQ query[/]"),
            new Markup($"[grey]three brokers like Kafka {scene.Like}[/]  {Brokers(picture)}"),
            new Markup($"sent [bold]{Amount.Whole(picture.Balance.Sent)}[/]   received [bold]{Amount.Whole(picture.Balance.Received)}[/]   [bold]{Amount.Whole(picture.Rate)}[/]/s   [grey]{Amount.Time(elapsed)} of {Amount.Time(scene.Length)}[/]"),
            Keys(picture),
            Partitions(picture),
            new Rows(picture.Happenings.Select(happening => new Markup($"[yellow]{Words.Of(happening).EscapeMarkup()}[/]"))));
    }

    static string Brokers(Picture picture) =>
        string.Join("  ", picture.Brokers.Select(broker => broker.IsUp ? $"[green]●[/] {broker.Id} [grey]:{broker.Port}[/]" : $"[red]○ {broker.Id} stopped[/]"));

    Table Keys(Picture picture)
    {
        var width = Math.Clamp(console.Profile.Width - ColumnsBesideHistory, 8, KeyState.HistoryLength);
        var table = new Table().Border(TableBorder.Simple).BorderColor(Color.Grey)
            .AddColumn(new TableColumn("[grey]key[/]").NoWrap())
            .AddColumn(new TableColumn("[grey]latest[/]").RightAligned().Width(13).NoWrap())
            .AddColumn(new TableColumn("[grey]rate[/]").RightAligned().Width(6).NoWrap())
            .AddColumn(new TableColumn("[grey]partition[/]").RightAligned().NoWrap())
            .AddColumn(new TableColumn($"[grey]last {width * Performance.Window.TotalSeconds:0} s[/]").Width(width).NoWrap());
        foreach (var key in picture.Keys.Take(Math.Max(3, console.Profile.Height - LinesAroundKeys)))
            table.AddRow(
                new Text(key.Key),
                new Markup($"[bold]{Amount.Of(key.Latest, key.Unit)}[/]"),
                new Markup($"[grey]{Amount.Whole(key.Rate)}/s[/]"),
                new Text($"{key.Partition}"),
                new Text(Sparkline.Of(key.History, width), new Style(Color.Aqua)));
        return table;
    }

    static Table Partitions(Picture picture)
    {
        var table = new Table().Border(TableBorder.None).AddColumn(new TableColumn("[grey]partition[/]").Width(11));
        foreach (var partition in picture.Partitions) table.AddColumn(new TableColumn($"[grey]{partition.Partition}[/]").RightAligned().Width(8));
        if (picture.Partitions.Count is 0) return table;
        table.AddRow([new Markup("[grey]leader[/]"), .. picture.Partitions.Select(partition => new Markup(partition.Leader < 0 ? "[red]none[/]" : $"broker {partition.Leader}"))]);
        table.AddRow([new Markup("[grey]records[/]"), .. picture.Partitions.Select(partition => new Text(Amount.Whole(partition.Records)))]);
        return table;
    }
}
