using System.Reactive.Linq;

namespace Samsa.Cli.Demo;

/// <summary>The query of the demo: what a user of the library would write.</summary>
static class Query
{
    /// <summary>Windows of each key, folded into what is known of that key.</summary>
    public static IObservable<KeyState> PerKey(IObservable<Reading> readings, TimeSpan window) =>
        from key in readings.GroupBy(reading => reading.Key)
        from state in key.Buffer(window).Scan(new KeyState(key.Key), (state, seen) => state.Then(seen, window))
        select state;
}
