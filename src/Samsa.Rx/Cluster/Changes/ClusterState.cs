namespace Samsa.Rx;

/// <summary>What a source of changes knows in one moment.</summary>
/// <param name="View">The cluster.</param>
/// <param name="Trouble">Why nobody can be asked; null while somebody can.</param>
sealed record ClusterState(ClusterView View, string? Trouble)
{
    public bool IsLive => Trouble is null;
}
