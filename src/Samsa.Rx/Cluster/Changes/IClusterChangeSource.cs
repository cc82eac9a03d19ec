namespace Samsa.Rx;

/// <summary>Somebody who notices what changes in a cluster: ZooKeeper's watches, or questions to the brokers. Who listens cannot tell which.</summary>
public interface IClusterChangeSource
{
    /// <summary>
    /// What changes, a <see cref="ClusterChange.Snapshot"/> first. Cold, and it lasts: that nobody can be asked is told, and is no end. Each observer is called in
    /// turns of its own from the thread pool; one that is slow gets the changes between what it was told last and what is so when it is ready.
    /// </summary>
    IObservable<ClusterChange> Changes { get; }
}
