using Samsa.Tests.ZooKeeper;

namespace Samsa.Tests;

/// <summary>Ends the servers when all tests have ended: those of the tool use them, too.</summary>
[SetUpFixture]
public sealed class SharedServers
{
    [OneTimeTearDown]
    public async Task Stop()
    {
        await RealZooKeeper.StopSharedAsync();
        await OwnZooKeeper.StopSharedAsync();
    }
}
