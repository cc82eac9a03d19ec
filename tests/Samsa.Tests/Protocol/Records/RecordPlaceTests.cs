using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Tests.Protocol.Records;

/// <summary>A record in eight bytes: whatever its bounds, they are found again.</summary>
[TestFixture]
public sealed class RecordPlaceTests
{
    const long Time = 1_700_000_000_000;

    // At these a number takes another byte, or the place another form.
    static readonly int[] Lengths = [-1, 0, 1, 63, 64, 125, 126, 127, 8191, 8192, 16_381, 16_382, 16_383, 70_000];
    static readonly long[] Deltas = [0, 1, 63, 64, 8191, 8192, -1, -8193, int.MaxValue, long.MaxValue - Time];

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public Property Every_field_is_where_the_walk_found_it() => Prop.ForAll(Records.NonEmptyListOf().ToArbitrary(), Formats.ToArbitrary(), (records, format) =>
    {
        using var writer = new RecordBatchWriter(int.MaxValue, format.Magic);
        RecordHeader[] headers = format.Magic < 2 ? [] : [.. Enumerable.Range(0, format.Headers).Select(i => new RecordHeader($"h{i}", new byte[i]))];
        foreach (var (key, value, delta) in records)
            writer.TryAppend(Time + delta, new byte[Math.Max(key, 0)], key < 0, new byte[Math.Max(value, 0)], value < 0, headers);

        FindsAll(Read(writer.Finish(CompressionCodecs.Default.Find(format.Codec)).ToArray()), records.Count);
    });

    static Gen<(int Key, int Value, long Delta)> Records =>
        from key in Gen.Elements(Lengths)
        from value in Gen.Elements(Lengths)
        from delta in Gen.Elements(Deltas)
        select (key, value, delta);

    static Gen<(byte Magic, CompressionCodec Codec, int Headers)> Formats =>
        from magic in Gen.Elements<byte>(0, 1, 2)
        from codec in Gen.Elements(CompressionCodec.None, CompressionCodec.Gzip)
        from headers in Gen.Choose(0, 2)
        select (magic, codec, headers);

    [Test]
    public void Far_into_a_large_batch_too()
    {
        const int Many = 70_000;
        using var writer = new RecordBatchWriter(int.MaxValue);
        for (var i = 0; i < Many; i++) writer.TryAppend(Time + i, "key"u8, false, new byte[100], false);
        FindsAll(Read(writer.Finish().ToArray()), Many);
    }

    [Test]
    public void Offsets_that_have_gaps_too()
    {
        var bytes = new RecordBatchWriter(int.MaxValue) is var writer && writer.TryAppend(Time, "key"u8, false, "value"u8, false)
            ? writer.Finish().ToArray()
            : [];
        writer.Dispose();
        // The one record has the offset delta 31, which takes one byte as 0 does; the batch ends at 40.
        bytes[RecordBatchHeader.Size + 3] = 62;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(23), 40);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(17), RecordBatchHeader.ComputeCrc(bytes));
        BinaryPrimitives.WriteInt64BigEndian(bytes, long.MaxValue - 100);

        var batch = Read(bytes);
        FindsAll(batch, 1);
        Assert.That(batch.PlaceOf(First(batch)).OffsetIn(batch), Is.EqualTo(long.MaxValue - 69));
    }

    [Test]
    public void Numbers_that_take_more_bytes_than_they_need_too()
    {
        // Length, attributes, timestamp 0, offset 0, no key, value of 3 bytes with its length in two, no headers.
        byte[] record = [20, 0, 0, 0, 1, 0x86, 0, 7, 8, 9, 0];
        using var writer = new RecordBatchWriter(int.MaxValue);
        writer.TryAppend(Time, default, true, new byte[4], false);
        var bytes = writer.Finish().ToArray();
        Assert.That(bytes, Has.Length.EqualTo(RecordBatchHeader.Size + record.Length));
        record.CopyTo(bytes, RecordBatchHeader.Size);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(17), RecordBatchHeader.ComputeCrc(bytes));

        var batch = Read(bytes);
        FindsAll(batch, 1);
        var (start, length) = batch.PlaceOf(First(batch)).ValueIn(batch);
        Assert.That(batch.Slice(start, length).ToArray(), Is.EqualTo(new byte[] { 7, 8, 9 }));
    }

    static void FindsAll(RecordBatch batch, int count)
    {
        var found = 0;
        foreach (var entry in batch)
        {
            var place = batch.PlaceOf(entry);
            var (offset, time, key, value) = (place.OffsetIn(batch), place.TimestampIn(batch), place.KeyIn(batch), place.ValueIn(batch));
            if ((offset, time, key, value) != (entry.Offset, entry.Timestamp, (entry.KeyStart, entry.KeyLength), (entry.ValueStart, entry.ValueLength)))
                Assert.Fail($"{entry.Offset}, {entry.Timestamp}, {entry.KeyStart} {entry.KeyLength}, {entry.ValueStart} {entry.ValueLength} became {offset}, {time}, {key}, {value}");
            found++;
        }

        Assert.That(found, Is.EqualTo(count));
    }

    static RecordEntry First(RecordBatch batch)
    {
        var records = batch.GetRecords();
        return records.MoveNext() ? records.Current : throw new AssertionException("There is none.");
    }

    static RecordBatch Read(byte[] bytes)
    {
        var reader = new RecordBatchReader(bytes);
        return reader.TryRead(out var batch) ? batch : throw new AssertionException("There is no batch.");
    }
}
