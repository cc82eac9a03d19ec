using System.Buffers.Binary;
using Samsa.Fuzz.Changes;
using Samsa.Wire;

namespace Samsa.Fuzz.Targets;

/// <summary>Streams of frames that come in pieces of any size: cut as their lengths say, until one cannot be.</summary>
/// <remarks>The first byte of an input chooses the pieces, the rest is the stream.</remarks>
sealed class FramesTarget : IFuzzTarget
{
    const int MaxFrame = 1 << 20;

    public string Name => "frames";

    public int Weight => 40;

    public byte[] Make(Random random)
    {
        // Longer than the buffer of the reader, now and then.
        var lengths = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(50) == 0 ? random.Next(40_000) : random.Next(4, 200)).ToArray();
        var bytes = new byte[lengths.Sum(length => 4 + length)];
        var at = 0;
        foreach (var length in lengths)
        {
            Bytes.Overwrite(bytes.AsSpan(at), length, 4);
            at += 4 + length;
        }

        if (random.Next(2) == 0) Bytes.Overwrite(bytes, Bytes.Extreme(random), 4);
        return [(byte)random.Next(256), .. random.Next(3) == 0 ? bytes : Bytes.Change(random, bytes)];
    }

    public Verdict Try(byte[] input)
    {
        if (input.Length == 0) return Verdict.Refused;
        using var pieces = new Pieces(input);
        var frames = new FrameReader(pieces, MaxFrame);
        var before = Allowance.Now;
        var at = 1;
        try
        {
            while (true)
            {
                // The stream always has its bytes at once.
                var reading = frames.ReadAsync().AsTask();
                if (!reading.IsCompleted) throw new BrokenRuleException("A read waits although the stream has bytes.");
                if (reading.GetAwaiter().GetResult() is not { } frame) break;
                var length = BinaryPrimitives.ReadInt32BigEndian(input.AsSpan(at));
                if (frame.Length != length || !frame.Span.SequenceEqual(input.AsSpan(at + 4, length)))
                    throw new BrokenRuleException($"The frame at {at} is not the one that was sent.");
                at += 4 + length;
            }
        }
        catch (Exception refusal) when (refusal is ProtocolException or EndOfStreamException)
        {
            Allowance.Check(before, Most(input), input.Length);
            CheckRefusal(refusal, input.AsSpan(at));
            return Verdict.Refused;
        }

        Allowance.Check(before, Most(input), input.Length);
        return at == input.Length ? Verdict.Taken : throw new BrokenRuleException($"{input.Length - at} bytes were left.");
    }

    // A length of up to a MiB is believed at once.
    static long Most(byte[] input) => (2 << 20) + 4L * input.Length;

    static void CheckRefusal(Exception refusal, ReadOnlySpan<byte> rest)
    {
        var isLegal = rest.Length < 4 || BinaryPrimitives.ReadInt32BigEndian(rest) is >= 4 and <= MaxFrame;
        if (isLegal != refusal is EndOfStreamException)
            throw new BrokenRuleException("A frame is refused that can be, or the other way round.", refusal);
        if (rest.Length >= 4 && isLegal && rest.Length - 4 >= BinaryPrimitives.ReadInt32BigEndian(rest))
            throw new BrokenRuleException("A whole frame is called cut.", refusal);
    }

    /// <summary>Gives what there is in pieces of one to some thousand bytes.</summary>
    sealed class Pieces(byte[] input) : MemoryStream(input, 1, input.Length - 1)
    {
        readonly Random random = new(input[0]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span[..Math.Min(buffer.Length, random.Next(4) == 0 ? 1 : random.Next(1, 5000))]));
    }
}
