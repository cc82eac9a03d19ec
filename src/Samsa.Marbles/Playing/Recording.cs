using Samsa.Marbles.Syntax;

namespace Samsa.Marbles.Playing;

/// <summary>What was seen of one stream.</summary>
sealed class Recording
{
    public List<Seen> Events { get; } = [];
}

/// <summary>One notification that was seen.</summary>
/// <param name="Frame">Counted from where the stream began, or from time zero.</param>
/// <param name="Kind">What it was.</param>
/// <param name="Value">The value, or the error.</param>
/// <param name="Stream">What was seen of the value, if that is itself a stream.</param>
sealed record Seen(int Frame, MarbleKind Kind, object? Value, Recording? Stream);

/// <summary>Notes what a stream does, and what the streams do that it gives.</summary>
/// <param name="frame">What frame it is.</param>
/// <param name="keep">Takes the subscriptions to those streams.</param>
/// <param name="origin">The frame that counts as zero here.</param>
sealed class Recorder<T>(Func<int> frame, Action<IDisposable> keep, int origin) : IObserver<T>
{
    public Recording Recording { get; } = new();

    int Now => frame() - origin;

    public void OnNext(T value)
    {
        var stream = value is null ? null : Array.Find(value.GetType().GetInterfaces(), IsStream);
        if (stream is null)
        {
            Recording.Events.Add(new(Now, MarbleKind.Next, value, null));
            return;
        }

        var recorder = Activator.CreateInstance(typeof(Recorder<>).MakeGenericType(stream.GenericTypeArguments), frame, keep, frame())!;
        var recording = (Recording)recorder.GetType().GetProperty(nameof(Recording))!.GetValue(recorder)!;
        Recording.Events.Add(new(Now, MarbleKind.Next, value, recording));
        keep((IDisposable)stream.GetMethod(nameof(IObservable<>.Subscribe))!.Invoke(value, [recorder])!);
    }

    static bool IsStream(Type face) => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IObservable<>);

    public void OnError(Exception error) => Recording.Events.Add(new(Now, MarbleKind.Error, error, null));

    public void OnCompleted() => Recording.Events.Add(new(Now, MarbleKind.Completed, null, null));
}
