using System.Reactive.Linq;
using Microsoft.Reactive.Testing;

namespace Samsa.Tests.House;

[TestFixture]
public sealed class VirtualTimeTests : ReactiveTest
{
    [Test]
    public void A_test_scheduler_runs_the_ordinary_operators_in_virtual_time()
    {
        var scheduler = new TestScheduler();
        var source = scheduler.CreateHotObservable(OnNext(210, 'a'), OnNext(250, 'b'), OnCompleted<char>(300));

        var seen = scheduler.Start(() => source.Delay(TimeSpan.FromTicks(5), scheduler));

        seen.Messages.AssertEqual(OnNext(215, 'a'), OnNext(255, 'b'), OnCompleted<char>(305));
    }
}
