using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace Samsa.Rx;

/// <summary>From states to what changed between them.</summary>
static class ClusterStates
{
    /// <summary>
    /// Tells each observer what is so, and then the changes from what it was told last to the newest state. It is called in turns of its own, from the thread pool,
    /// so that nobody waits for it and nothing waits for it but the newest state.
    /// </summary>
    public static IObservable<ClusterChange> AsChanges(this IObservable<ClusterState> states, TimeProvider clock, Action<Exception> observerFailed) =>
        Observable.Defer(() =>
        {
            ClusterState? told = null;
            return InTurns(states, observerFailed).SelectMany(state =>
            {
                var before = told;
                told = state;
                return ClusterDifference.Between(before, state, clock.GetUtcNow());
            });
        });

    static IObservable<T> InTurns<T>(IObservable<T> source, Action<Exception> observerFailed) =>
        Observable.Create<System.Reactive.Notification<T>>(observer =>
        {
            var turns = new Turns<System.Reactive.Notification<T>>(most: 1, replayLatest: false, observerFailed);
            return StableCompositeDisposable.Create(turns.Subscribe(observer), source.Materialize().Subscribe(turns.Post));
        }).Dematerialize();
}
