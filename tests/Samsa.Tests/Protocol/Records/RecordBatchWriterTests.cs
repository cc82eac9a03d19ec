using System.Buffers;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

[TestFixture]
public sealed class RecordBatchWriterTests
{
    static bool Append(RecordBatchWriter writer, string value, long timestamp = 1000) =>
        writer.TryAppend(timestamp, default, true, Utf8(value), false);

    [Test]
    public void A_batch_is_full_when_the_next_record_would_go_over_the_limit()
    {
        using var writer = new RecordBatchWriter(maxBytes: 100);
        Assert.That(Append(writer, new string('a', 20)), Is.True);
        Assert.That(Append(writer, new string('b', 20)), Is.False);
        Assert.That(writer.Count, Is.EqualTo(1));
        Assert.That(Append(writer, "c"), Is.True, "a smaller one still fits");
        Assert.That(Seen.Records(writer.Finish().ToArray()), Is.EqualTo(new[] { "0@1000 ~=" + new string('a', 20), "1@1000 ~=c" }));
        Assert.That(writer.EstimatedBytes, Is.LessThanOrEqualTo(100));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void The_first_record_fits_however_large(byte magic)
    {
        using var writer = new RecordBatchWriter(maxBytes: 10, magic);
        Assert.That(Append(writer, new string('a', 5000)), Is.True);
        Assert.That(Append(writer, "b"), Is.False);
        Assert.That(Seen.Offsets(writer.Finish().ToArray()), Is.EqualTo(new[] { 0L }));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void The_estimate_is_the_size_when_nothing_is_compressed(byte magic)
    {
        using var writer = new RecordBatchWriter(1 << 20, magic);
        for (var i = 0; i < 500; i++) Append(writer, new string('x', i), timestamp: i * 1000L);
        Assert.That(writer.Finish().Length, Is.EqualTo(writer.EstimatedBytes));
    }

    [Test]
    public void No_batch_of_one_record_is_larger_than_what_is_said_beforehand()
    {
        RecordHeader[] headers = [new("name", Utf8("value")), new("", null)];
        foreach (var length in new[] { 0, 1, 63, 64, 8191, 8192, 1_000_000 })
        {
            for (byte magic = 0; magic <= 2; magic++)
            {
                var some = magic == 2 ? headers : [];
                using var writer = new RecordBatchWriter(1, magic);
                writer.TryAppend(long.MinValue, new byte[length], false, new byte[length], false, some);
                var most = RecordBatchWriter.SizeOfBatchWith(magic, length, length, some);
                Assert.That(writer.Finish().Length, Is.LessThanOrEqualTo(most).And.GreaterThan(most - 40));
            }
        }
    }

    [Test]
    public void Finishing_again_changes_the_producer_and_compresses_nothing_anew()
    {
        var codec = new CountingCodec();
        using var writer = new RecordBatchWriter(1 << 20);
        Append(writer, "a");
        Append(writer, "b");
        writer.Finish(codec, producerId: 1, producerEpoch: 0, baseSequence: 10);
        var bytes = writer.Finish(codec, producerId: 2, producerEpoch: 3, baseSequence: 0, isTransactional: true).ToArray();
        var batch = Seen.Batches(bytes)[0];
        Assert.Multiple(() =>
        {
            Assert.That(codec.Compressed, Is.EqualTo(1));
            Assert.That((batch.ProducerId, batch.ProducerEpoch, batch.BaseSequence, batch.IsTransactional), Is.EqualTo((2L, (short)3, 0, true)));
            Assert.That(Seen.Records(bytes), Is.EqualTo(new[] { "0@1000 ~=a", "1@1000 ~=b" }));
            Assert.That(Seen.Records(writer.Finish().ToArray()), Has.Count.EqualTo(2), "and without the codec");
        });
    }

    [Test]
    public void A_finished_batch_takes_no_records_until_it_is_reset()
    {
        using var writer = new RecordBatchWriter(1 << 20);
        Assert.That(() => writer.Finish(), Throws.InvalidOperationException);
        Append(writer, "a");
        writer.Finish();
        Assert.That(() => Append(writer, "b"), Throws.InvalidOperationException);
        writer.Reset();
        Append(writer, "c", timestamp: 7);
        Assert.That(Seen.Records(writer.Finish().ToArray()), Is.EqualTo(new[] { "0@7 ~=c" }));
    }

    [Test]
    public void Every_rented_array_goes_back_exactly_once()
    {
        var pool = new WatchedPool();
        using (var writer = new RecordBatchWriter(1 << 20, initialBytes: 64, pool: pool))
        {
            for (var i = 0; i < 1000; i++) Append(writer, new string('x', 50));
            writer.Finish(CompressionCodecs.Default.Find(CompressionCodec.Gzip));
            Assert.That(pool.Out, Is.EqualTo(2), "one for the records, one for the compressed batch");
            writer.Reset();
            Assert.That(pool.Out, Is.Zero);
            Append(writer, "again");
        }

        Assert.That(pool.Out, Is.Zero);
    }

    [Test]
    public void A_batch_in_an_array_of_the_callers_is_full_with_the_array_and_grows_into_a_larger_one()
    {
        var small = new byte[100];
        using var writer = new RecordBatchWriter(small);
        Assert.That(Append(writer, new string('a', 20)), Is.True);
        Assert.That(Append(writer, new string('b', 20)), Is.False);
        Assert.That(writer.Grow(new byte[4096]), Is.SameAs(small));
        Assert.That(Append(writer, new string('b', 20)), Is.True);
        using var output = new PooledBuffer(ArrayPool<byte>.Shared);
        var bytes = writer.Finish(CompressionCodecs.Default.Find(CompressionCodec.Snappy), output: output);
        Assert.That(bytes.Span.Overlaps(output.Written), Is.True);

        // The records may be given away once they are compressed: finishing again needs the header only.
        writer.Buffer.AsSpan().Clear();
        var again = writer.Finish(CompressionCodecs.Default.Find(CompressionCodec.Snappy), producerId: 5, producerEpoch: 0, baseSequence: 0, output: output).ToArray();
        Assert.That(Seen.Offsets(again), Is.EqualTo(new[] { 0L, 1L }));
        writer.Start(small, magic: 1);
        Append(writer, "c");
        Assert.That(Seen.Records(writer.Finish().ToArray()), Is.EqualTo(new[] { "0@1000 ~=c" }));
    }

    [Test]
    public void An_array_without_room_for_a_record_takes_none()
    {
        using var writer = new RecordBatchWriter(new byte[61]);
        Assert.That(Append(writer, ""), Is.False);
        Assert.That(writer.Count, Is.Zero);
    }

    [TestCase(2, 2)]
    [TestCase(2, 1)]
    [TestCase(1, 2)]
    [TestCase(0, 2)]
    public void A_batch_that_is_too_large_is_split_by_walking_it(byte from, byte to)
    {
        using var writer = new RecordBatchWriter(1 << 20, from);
        for (var i = 0; i < 5; i++) Append(writer, "v" + i, timestamp: 100 - i);
        writer.Finish();
        using var first = new RecordBatchWriter(1 << 20, to);
        using var second = new RecordBatchWriter(1 << 20, to);
        Assert.That(writer.CopyTo(first, 0, 2), Is.EqualTo(2));
        Assert.That(writer.CopyTo(second, 2, 3), Is.EqualTo(3));
        string Time(int i) => from == 0 ? "-1" : $"{100 - i}";
        Assert.That(Seen.Records(first.Finish().ToArray()), Is.EqualTo(new[] { $"0@{Time(0)} ~=v0", $"1@{Time(1)} ~=v1" }));
        Assert.That(Seen.Records(second.Finish().ToArray()), Is.EqualTo(new[] { $"0@{Time(2)} ~=v2", $"1@{Time(3)} ~=v3", $"2@{Time(4)} ~=v4" }));
    }

    [Test]
    public void Headers_are_refused_before_magic_2()
    {
        using var writer = new RecordBatchWriter(1 << 20, magic: 1);
        Assert.That(() => writer.TryAppend(0, default, true, default, true, [new RecordHeader("h", null)]), Throws.ArgumentException);
        Assert.That(() => new RecordHeader((string)null!, null), Throws.ArgumentNullException);
    }

    [TestCase(0)]
    [TestCase(1)]
    public void Zstd_is_refused_before_magic_2(byte magic)
    {
        using var writer = new RecordBatchWriter(1 << 20, magic);
        Append(writer, "a");
        Assert.That(() => writer.Finish(CompressionCodecs.Default.Find(CompressionCodec.Zstd)), Throws.InstanceOf<NotSupportedException>());
    }

    [Test]
    public void A_codec_is_kept_even_if_it_does_not_make_the_batch_smaller()
    {
        using var writer = new RecordBatchWriter(1 << 20);
        Append(writer, "a");
        foreach (var codec in CompressionCodecs.Default.All)
            Assert.That(Seen.Batches(writer.Finish(codec).ToArray())[0].Codec, Is.EqualTo(codec.Id));
    }

    [Test]
    public void Appending_and_walking_allocate_nothing_for_a_record()
    {
        var buffer = new byte[1 << 20];
        var value = new byte[100];
        using var writer = new RecordBatchWriter(buffer);
        long sum = 0;
        for (var round = 0; round < 3; round++)
        {
            writer.Start(buffer);
            var before = GC.GetAllocatedBytesForCurrentThread();
            while (writer.TryAppend(writer.Count, value, false, value, false)) { }
            var appended = GC.GetAllocatedBytesForCurrentThread() - before;
            var bytes = writer.Finish();

            before = GC.GetAllocatedBytesForCurrentThread();
            var reader = new RecordBatchReader(bytes);
            while (reader.TryRead(out var batch))
            {
                foreach (var record in batch) sum += batch.ValueOf(record).Length;
            }

            var read = GC.GetAllocatedBytesForCurrentThread() - before;
            if (round == 0) continue;
            Assert.That((appended, read), Is.EqualTo((0L, read)));
            Assert.That(read, Is.LessThan(200), $"for {writer.Count} records");
        }

        Assert.That(sum, Is.Positive);
    }

    sealed class CountingCodec : ICompressionCodec
    {
        readonly ICompressionCodec gzip = CompressionCodecs.Default.Find(CompressionCodec.Gzip)!;

        public int Compressed { get; private set; }

        public CompressionCodec Id => gzip.Id;

        public string Name => gzip.Name;

        public void Compress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic)
        {
            Compressed++;
            gzip.Compress(data, output, magic);
        }

        public void Decompress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic) => gzip.Decompress(data, output, magic);
    }

    sealed class WatchedPool : ArrayPool<byte>
    {
        readonly HashSet<byte[]> rented = [];

        public int Out => rented.Count;

        public override byte[] Rent(int minimumLength)
        {
            var array = new byte[minimumLength];
            rented.Add(array);
            return array;
        }

        public override void Return(byte[] array, bool clearArray = false) =>
            Assert.That(rented.Remove(array), Is.True, "returned twice, or never rented");
    }
}
