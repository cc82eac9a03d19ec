using System.Text;
using Samsa.Cli.Input;

namespace Samsa.Tests.Cli;

[TestFixture]
public sealed class LineReaderTests
{
    [TestCase("", new string[0])]
    [TestCase("a\nb\n", new[] { "a", "b" })]
    [TestCase("a\nb", new[] { "a", "b" })]
    [TestCase("\n\n", new[] { "", "" })]
    [TestCase("a\r\nb\r\n", new[] { "a\r", "b\r" })]
    public async Task A_line_ends_with_a_line_feed_and_keeps_everything_else(string text, string[] expected) =>
        Assert.That(await LinesOf(new MemoryStream(Encoding.UTF8.GetBytes(text)), 16), Is.EqualTo(expected));

    [Test]
    public async Task Lines_longer_than_the_buffer_and_cut_anywhere_come_out_whole()
    {
        var random = new Random(7);
        var lines = Enumerable.Range(0, 500).Select(i => new string((char)('a' + i % 26), random.Next(0, 200))).ToArray();
        var text = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");

        var read = await LinesOf(new Trickle(text, random), 16);

        Assert.That(read, Is.EqualTo(lines));
    }

    [Test]
    public async Task A_line_is_there_before_the_next_one_begins()
    {
        var reader = new LineReader(new Pieces("first\nsec", "ond\n"), "test");

        Assert.That(await reader.ReadAsync(default), Is.True);
        Assert.That(reader.TryTake(out var first), Is.True);
        Assert.That(Encoding.UTF8.GetString(first.Span), Is.EqualTo("first"));
        Assert.That(reader.TryTake(out _), Is.False);
        Assert.That(reader.Place, Is.EqualTo("line 1 of test"));
    }

    [Test]
    public void A_source_that_gives_nothing_can_be_left_alone()
    {
        using var stop = new CancellationTokenSource();
        var waiting = new LineReader(new Silent(), "test").ReadAsync(stop.Token).AsTask();
        stop.Cancel();
        Assert.That(async () => await waiting.WaitAsync(TimeSpan.FromSeconds(10)), Throws.InstanceOf<OperationCanceledException>());
    }

    static async Task<List<string>> LinesOf(Stream source, int bufferBytes)
    {
        var reader = new LineReader(source, "test", bufferBytes);
        var lines = new List<string>();
        while (await reader.ReadAsync(default))
            while (reader.TryTake(out var line)) lines.Add(Encoding.UTF8.GetString(line.Span));
        return lines;
    }

    sealed class Trickle(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, 40))], cancellationToken);
    }

    sealed class Pieces(params string[] pieces) : MemoryStream
    {
        int next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(next < pieces.Length ? Encoding.UTF8.GetBytes(pieces[next++], buffer.Span) : 0);
    }

    sealed class Silent : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return 0;
        }
    }
}
