using System.Reactive;
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

    // The end must not take the place of the newest state. It brings that along, which is nothing new for who has it already.
    static IObservable<ClusterState> InTurns(IObservable<ClusterState> source, Action<Exception> observerFailed) =>
        Observable.Create<(Notification<ClusterState>? Latest, Notification<ClusterState> Now)>(observer =>
        {
            var turns = new Turns<(Notification<ClusterState>? Latest, Notification<ClusterState> Now)>(most: 1, replayLatest: false, observerFailed);
            var told = source.Materialize().Scan(
                default((Notification<ClusterState>? Latest, Notification<ClusterState> Now)), static (before, now) => (now.HasValue ? now : before.Latest, now));
            return StableCompositeDisposable.Create(turns.Subscribe(observer), told.Subscribe(turns.Post));
        }).SelectMany(static told => told.Latest is null || told.Now.HasValue ? [told.Now] : new[] { told.Latest, told.Now }).Dematerialize();
}
