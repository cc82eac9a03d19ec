using System.Buffers.Binary;
using System.Globalization;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using static Samsa.Tests.Protocol.Records.Crafted;

namespace Samsa.Tests.Protocol.Records;

/// <summary>Legal bytes with something changed, and the checksums made right again: a typed error or records, and nothing else.</summary>
/// <remarks>SAMSA_MUTATIONS sets how many (500,000); SAMSA_SEED repeats a run.</remarks>
[TestFixture]
public sealed class RecordMutationTests
{
    const int Limit = 1 << 20;

    static readonly DecodeOptions Options = new() { MaxInflatedBytes = Limit };

    static readonly int[] Interesting = [int.MinValue, -2, -1, 0, 1, 7, 255, 0x7FFF, 0x8000, 0xFFFF, 1 << 20, int.MaxValue];

    static int Mutations => Environment.GetEnvironmentVariable("SAMSA_MUTATIONS") is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture) : 500_000;

    static int Seed()
    {
        var seed = Environment.GetEnvironmentVariable("SAMSA_SEED") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture) : Random.Shared.Next();
        TestContext.Out.WriteLine($"SAMSA_SEED={seed} SAMSA_MUTATIONS={Mutations}");
        return seed;
    }

    [Test]
    public void Records_with_anything_changed_are_refused_by_type_or_read()
    {
        var corpus = Corpus();
        var (read, refused) = Run(Seed(), Mutations * 3 / 4, random =>
        {
            var bytes = corpus[random.Next(corpus.Length)].ToArray();
            Change(ref bytes, random);
            if (random.Next(8) != 0) SignAll(bytes);
            return bytes;
        });
        TestContext.Out.WriteLine($"{read} read, {refused} refused");
        Assert.That(Math.Min(read, refused), Is.GreaterThan(Mutations / 100), "both must happen, or the changes are too tame or too wild");
    }

    [Test]
    public void Records_that_were_changed_before_they_were_compressed_are_refused_by_type_or_read()
    {
        var records = Concat([.. Enumerable.Range(0, 5).Select(i => Record(i, Utf8("k" + i), Utf8("value " + i), i, ("h", Utf8("x")), ("n", null)))]);
        var set = Concat([.. Enumerable.Range(0, 4).Select(i => Message(1, i, Utf8("k"), Utf8("value " + i)))]);
        var codecs = CompressionCodecs.Default.All.Where(codec => codec.Id != CompressionCodec.Gzip || Mutations < 1000).Select(codec => codec.Id).ToArray();
        Run(Seed(), Mutations / 4, random =>
        {
            var codec = codecs[random.Next(codecs.Length)];
            if (codec != CompressionCodec.Zstd && random.Next(3) == 0)
            {
                var inner = set.ToArray();
                Change(ref inner, random);
                SignAll(inner);
                return Wrapper(1, 3, inner, (byte)codec);
            }

            var changed = records.ToArray();
            Change(ref changed, random);
            return Batch(Compressed(codec, changed), 5, attributes: (short)codec);
        });
    }

    [Test]
    public void Each_length_of_a_batch_set_to_each_telling_number_is_refused_by_type_or_read()
    {
        foreach (var golden in Corpus())
        {
            for (var at = 0; at + 4 <= golden.Length; at++)
            {
                var original = BinaryPrimitives.ReadInt32BigEndian(golden.AsSpan(at));
                foreach (var value in Interesting.Append(original - 1).Append(original + 1))
                {
                    var bytes = golden.ToArray();
                    BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), value);
                    SignAll(bytes);
                    IsRead(bytes);
                }

                if (at > 200) break;
            }
        }
    }

    static (int Read, int Refused) Run(int seed, int count, Func<Random, byte[]> make)
    {
        int read = 0, refused = 0;
        Parallel.For(0, Math.Max(1, count / 1000), new ParallelOptions { MaxDegreeOfParallelism = 2 }, chunk =>
        {
            for (var i = 0; i < 1000; i++)
            {
                var own = unchecked(seed * 31 + chunk * 1000 + i);
                var bytes = make(new Random(own));
                try
                {
                    if (IsRead(bytes)) Interlocked.Increment(ref read);
                    else Interlocked.Increment(ref refused);
                }
                catch (Exception wrong)
                {
                    throw new InvalidOperationException($"mutation {own}: {Convert.ToHexString(bytes)}", wrong);
                }
            }
        });
        return (read, refused);
    }

    /// <summary>Walks everything. True: no damage was found.</summary>
    static bool IsRead(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var damages = 0;
        long walked = 0, last = -1;
        var reader = new RecordBatchReader(bytes, Options);
        while (true)
        {
            try
            {
                if (!reader.TryRead(out var batch)) break;
                if (batch.IsControl) batch.ReadControlType();
                foreach (var record in batch)
                {
                    if (record.Offset <= last || record.Offset > batch.LastOffset) throw new InvalidOperationException($"offset {record.Offset} after {last}");
                    last = record.Offset;
                    walked += 1 + batch.KeyOf(record).Length + batch.ValueOf(record).Length;
                    foreach (var header in batch.HeadersOf(record)) walked += header.NameUtf8.Length + header.Value.Length;
                }

                last = batch.LastOffset;
            }
            catch (CorruptBatchException)
            {
                if (++damages > bytes.Length) throw new InvalidOperationException("the reader does not move on");
            }
        }

        if (walked > bytes.Length + 4L * Limit) throw new InvalidOperationException($"{walked} bytes of records");
        // An exception with its trace takes some KiB; scratch memory of codecs comes from the pool, which may have to fill itself first.
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > (1 + damages) * (12L * Limit)) throw new InvalidOperationException($"{allocated} bytes allocated");
        return damages == 0;
    }

    static void Change(ref byte[] bytes, Random random)
    {
        for (var changes = random.Next(1, 4); changes > 0 && bytes.Length > 4; changes--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(8))
            {
                case 0:
                    bytes = bytes[..at];
                    break;
                case 1:
                    bytes = [.. bytes[..at], .. bytes[random.Next(at, bytes.Length)..]];
                    break;
                case 2:
                    bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
                    break;
                case 3 when at + 4 <= bytes.Length:
                    BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), Interesting[random.Next(Interesting.Length)]);
                    break;
                case 4 or 5:
                    bytes[at] = (byte)random.Next(256);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
    }

    /// <summary>Gives each entry that can be made out the checksum that its bytes ask for.</summary>
    static void SignAll(Span<byte> bytes)
    {
        while (bytes.Length >= 26)
        {
            var size = BinaryPrimitives.ReadInt32BigEndian(bytes[8..]) + 12L;
            if (size < 26 || size > bytes.Length) return;
            var entry = bytes[..(int)size];
            if (entry[16] < 2) LegacyFormat.SealCrc(entry);
            else if (entry[16] == 2 && size >= RecordBatchHeader.Size) RecordBatchHeader.Seal(entry);
            bytes = bytes[(int)size..];
        }
    }

    static byte[][] Corpus()
    {
        var records = Concat(Record(0, Utf8("key"), Utf8("value"), 5, ("h", Utf8("x")), ("n", null)), Record(1, null, []), Record(3, [], null, -1));
        var long2 = Concat([.. Enumerable.Range(0, 40).Select(i => Record(i, Utf8($"key-{i}"), Utf8(new string('v', i * 7)), i * 100))]);
        var corpus = new List<byte[]>
        {
            Batch(records, 3, lastOffsetDelta: 4, baseOffset: 10, producerId: 7, epoch: 0, sequence: 3),
            Batch(long2, 40),
            Batch([], 0, lastOffsetDelta: 3),
            ControlBatch.Write(ControlType.Abort, 5, 1000, 7, 0),
            Concat(Simple(2), Simple(1, baseOffset: 2), ControlBatch.Write(ControlType.Commit, 3, 1000, 7, 0), Simple(2, baseOffset: 4, attributes: 8)),
            Concat(Message(0, 0, Utf8("k"), Utf8("v")), Message(0, 1, null, null), Message(1, 2, null, Utf8("v")), Simple(1, baseOffset: 3)),
        };
        foreach (var codec in CompressionCodecs.Default.All)
        {
            corpus.Add(Batch(Compressed(codec.Id, records), 3, lastOffsetDelta: 4, attributes: (short)codec.Id));
            corpus.Add(Batch(Compressed(codec.Id, long2), 40, attributes: (short)codec.Id));
            if (codec.Id == CompressionCodec.Zstd) continue;
            for (byte magic = 0; magic <= 1; magic++)
            {
                var inner = Concat(Message(magic, 0, Utf8("k"), Utf8("v")), Message(magic, 2, null, Utf8(new string('v', 200))));
                corpus.Add(Wrapper(magic, 2, inner, (byte)codec.Id));
            }
        }

        return [.. corpus];
    }
}
