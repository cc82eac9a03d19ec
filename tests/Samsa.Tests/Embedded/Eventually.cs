namespace Samsa.Tests.Embedded;

/// <summary>Waits for what happens on another thread, and not for ever.</summary>
static class Eventually
{
    public static async Task Is(Func<bool> condition, string what)
    {
        for (var tries = 0; !condition(); tries++)
        {
            if (tries == 2000) Assert.Fail($"Waited 20 s, and it never came to be that {what}.");
            await Task.Delay(10);
        }
    }
}
