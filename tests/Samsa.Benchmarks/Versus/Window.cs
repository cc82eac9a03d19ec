namespace Samsa.Benchmarks.Versus;

/// <summary>Awaits every record, and has 10,000 under way.</summary>
static class Window
{
    const int Size = 10_000;

    public static async Task RunAsync(long records, Func<long, Task> send)
    {
        var window = new Task[Size];
        Array.Fill(window, Task.CompletedTask);
        for (var i = 0L; i < records; i++)
        {
            var slot = (int)(i % Size);
            await window[slot];
            window[slot] = send(i);
        }

        await Task.WhenAll(window);
    }
}
