using System.Buffers;
using System.Text;
using Samsa.Cli.Output;

namespace Samsa.Tests.Cli;

[TestFixture]
public sealed class PromptOutputTests
{
    [Test]
    public async Task What_is_written_goes_out_within_100_ms_though_nothing_follows()
    {
        var written = new TaskCompletionSource<string>();
        using var output = new PromptOutput(bytes => written.TrySetResult(Encoding.UTF8.GetString(bytes)), TimeProvider.System);

        Write(output, "hello\n");

        Assert.That(PromptOutput.Patience, Is.LessThan(TimeSpan.FromMilliseconds(100)));
        Assert.That(await written.Task.WaitAsync(TimeSpan.FromSeconds(10)), Is.EqualTo("hello\n"));
    }

    [Test]
    public void Much_goes_out_in_large_pieces_in_its_order()
    {
        var pieces = new List<int>();
        var all = new StringBuilder();
        using var output = new PromptOutput(bytes =>
        {
            pieces.Add(bytes.Length);
            all.Append(Encoding.UTF8.GetString(bytes));
        }, TimeProvider.System);

        for (var i = 0; i < 100_000; i++) Write(output, $"{i}\n");
        output.Flush();

        Assert.That(all.ToString(), Is.EqualTo(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i}\n"))));
        Assert.That(pieces.Count, Is.LessThan(200));
    }

    [Test]
    public async Task When_the_reader_has_gone_the_writer_is_told()
    {
        using var output = new PromptOutput(_ => throw new OutputClosedException(), TimeProvider.System);

        Write(output, "lost\n");
        await Task.Delay(TimeSpan.FromSeconds(10), output.Closed).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.That(output.Closed.IsCancellationRequested, Is.True);
        Assert.That(() => Write(output, "more\n"), Throws.TypeOf<OutputClosedException>());
        Assert.That(output.Flush, Throws.TypeOf<OutputClosedException>());
    }

    static void Write(PromptOutput output, string text)
    {
        var buffer = output.Begin();
        buffer.Write(Encoding.UTF8.GetBytes(text));
        output.End();
    }
}
