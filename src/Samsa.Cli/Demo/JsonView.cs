using System.Text.Json;
using Samsa.Cli.Output;

namespace Samsa.Cli.Demo;

/// <summary>The demo for programs: one JSON object a line, the last one is the proof.</summary>
sealed class JsonView(WriteBytes write, TimeProvider clock) : View(clock)
{
    readonly JsonLines lines = new(write);
    readonly Lock gate = new();

    public override void Open(Scene scene) => Write("started", json =>
    {
        json.WriteString("bootstrap", scene.Bootstrap);
        json.WriteString("like", scene.Like);
        json.WriteString("topic", scene.Topic);
        json.WriteNumber("partitions", scene.Partitions);
        json.WriteNumber("seconds", scene.Length.TotalSeconds);
    });

    public override Task FollowAsync(Func<Picture> look, Task play, CancellationToken ct) =>
        EachAsync(TimeSpan.FromSeconds(1), () => Show(look()), play, ct);

    public override void Tell(Happening happening) => Write(happening.What, json =>
    {
        json.WriteNumber("seconds", Tenths(happening.At.TotalSeconds));
        json.WriteNumber("broker", happening.Broker);
    });

    public override void Close(Verdict verdict) => Write("summary", json =>
    {
        var balance = verdict.Balance;
        json.WriteNumber("sent", balance.Sent);
        json.WriteNumber("received", balance.Received);
        json.WriteNumber("lost", balance.Lost);
        json.WriteNumber("repeated", balance.Repeated);
        json.WriteNumber("reordered", balance.Displaced);
        json.WriteNumber("notPersisted", verdict.NotPersisted);
        json.WriteNumber("keys", balance.Keys);
        json.WriteBoolean("ok", verdict.IsGood);
    });

    void Show(Picture picture) => Write("progress", json =>
    {
        json.WriteNumber("seconds", Tenths(picture.Elapsed.TotalSeconds));
        json.WriteNumber("sent", picture.Balance.Sent);
        json.WriteNumber("received", picture.Balance.Received);
        json.WriteNumber("rate", Tenths(picture.Rate));
        json.WriteStartArray("brokersUp");
        foreach (var broker in picture.Brokers)
            if (broker.IsUp) json.WriteNumberValue(broker.Id);
        json.WriteEndArray();
        json.WriteStartArray("leaders");
        foreach (var partition in picture.Partitions) json.WriteNumberValue(partition.Leader);
        json.WriteEndArray();
        json.WriteStartObject("latest");
        foreach (var key in picture.Keys) json.WriteNumber(key.Key, Math.Round(key.Latest, 3));
        json.WriteEndObject();
    });

    void Write(string what, Action<Utf8JsonWriter> members)
    {
        // Happenings and pictures come from different threads.
        lock (gate)
            lines.Write(json =>
            {
                json.WriteString("event", what);
                members(json);
            });
    }

    static double Tenths(double value) => Math.Round(value, 1);
}
