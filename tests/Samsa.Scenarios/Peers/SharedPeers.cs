namespace Samsa.Scenarios.Peers;

/// <summary>Ends the brokers that the stories shared.</summary>
[SetUpFixture]
public sealed class SharedPeers
{
    [OneTimeTearDown]
    public Task Stop() => RealKafka.StopSharedAsync();
}
