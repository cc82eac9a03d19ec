using System.Buffers;
using Samsa.Fuzz.Changes;
using Samsa.Protocol.Compression;

namespace Samsa.Fuzz.Targets;

/// <summary>One codec alone: damaged data are refused by type, within the limit; what is inflated can be compressed and inflated again.</summary>
sealed class CodecTarget(ICompressionCodec codec, byte magic, IReadOnlyList<byte[]> specimens) : IFuzzTarget
{
    const int Limit = 1 << 20;

    /// <summary>The most that one byte of any codec stands for; zstd alone can say more, and is held by the limit.</summary>
    const int MaxRatio = 1100;

    public string Name => magic == 0 ? $"{codec.Name} of magic 0" : codec.Name;

    // deflate is slow, and not written here.
    public int Weight => codec.Id == CompressionCodec.Gzip ? 4 : 32;

    public byte[] Make(Random random) => Bytes.Change(random, specimens[random.Next(specimens.Count)]);

    public Verdict Try(byte[] input)
    {
        using var pool = new MeasuredPool();
        using var output = new PooledBuffer(pool, Limit);
        try
        {
            codec.Decompress(input, output, magic);
        }
        catch (CompressionException)
        {
            CheckMemory(pool, input);
            return Verdict.Refused;
        }

        CheckMemory(pool, input);
        var compressed = Crafted.Compressed(codec.Id, output.ToArray(), magic);
        if (!Crafted.Inflated(codec.Id, compressed, magic, Limit).AsSpan().SequenceEqual(output.Written))
            throw new BrokenRuleException("What was inflated and compressed inflates to something else.");
        return Verdict.Taken;
    }

    void CheckMemory(MeasuredPool pool, byte[] input)
    {
        // The array doubles, and the old one is there while it does.
        var most = codec.Id == CompressionCodec.Zstd ? 8L * Limit : (512 << 10) + 4L * MaxRatio * input.Length;
        if (pool.Most > Math.Min(most, 4L * (Limit + PooledBuffer.Slack)))
            throw new BrokenRuleException($"{pool.Most} bytes were rented for an input of {input.Length}.");
        if (pool.Rented > 0 && pool.Lent != 1) throw new BrokenRuleException($"{pool.Lent} arrays are lent out.");
    }

    /// <summary>Knows how much of it is in use.</summary>
    sealed class MeasuredPool : ArrayPool<byte>, IDisposable
    {
        long used;

        public int Rented { get; private set; }

        public int Lent { get; private set; }

        public long Most { get; private set; }

        public override byte[] Rent(int minimumLength)
        {
            var array = Shared.Rent(minimumLength);
            Rented++;
            Lent++;
            used += array.Length;
            Most = Math.Max(Most, used);
            return array;
        }

        public override void Return(byte[] array, bool clearArray = false)
        {
            Lent--;
            used -= array.Length;
            Shared.Return(array, clearArray);
        }

        public void Dispose()
        {
            if (Lent != 0) throw new BrokenRuleException($"{Lent} arrays were not given back.");
        }
    }
}
