namespace Samsa.ZooKeeper.Messages;

/// <summary>Something happened to what is watched: the body of the reply that nobody asked for.</summary>
[Part]
sealed partial record WatcherEvent
{
    public WatchEventType Type { get; init; }
    public int State { get; init; }
    public string Path { get; init; } = "";
}
