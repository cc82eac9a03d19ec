using System.Reactive.Linq;

namespace Samsa.Scenarios.Brokers;

static class PresentView
{
    /// <summary>What a stream that begins with its present state tells at once.</summary>
    public static ClusterView Latest(this IObservable<ClusterView> views) => views.FirstAsync().Wait();
}
