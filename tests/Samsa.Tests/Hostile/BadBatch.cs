using System.Buffers.Binary;
using Samsa.Fuzz;
using Samsa.Protocol.Compression;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Hostile;

/// <summary>A batch of five records that cannot be read.</summary>
/// <param name="Name">Its number in the catalogue of bad input, and what is wrong with it.</param>
/// <param name="Reason">What a reader says about it.</param>
/// <param name="Bytes">The batch.</param>
sealed record BadBatch(string Name, string Reason, byte[] Bytes)
{
    static readonly byte[] Five = Concat([.. Enumerable.Range(0, 5).Select(i => Record(i, null, Utf8("v" + i)))]);

    /// <summary>Those whose damage is seen before their first record.</summary>
    public static IEnumerable<BadBatch> At(long first)
    {
        yield return new("I036_A_length_below_the_smallest", "has the length 48", Changed(first, batch => Number(batch, 8, 48)));
        yield return new("I036_A_negative_length", "has the length -1", Changed(first, batch => Number(batch, 8, -1)));
        yield return new("I036_A_length_below_the_smallest_of_magic_1", "has the length 21", With(Message(1, first, null, Utf8("v")), message => Number(message, 8, 21)));
        yield return new("I037_An_unknown_magic", "magic 3, is not known", Changed(first, batch => batch[16] = 3));
        yield return new("I037_The_largest_magic", "magic 127, is not known", Changed(first, batch => batch[16] = 127));
        yield return new("I037_A_negative_magic", "magic -1, is not known", Changed(first, batch => batch[16] = 255));
        yield return new("I038_A_flipped_bit", "its checksum is", Changed(first, batch => batch[^1] ^= 1));
        yield return new("I038_A_flipped_bit_in_magic_1", "the checksum of a message is", With(Message(1, first, null, Utf8("v")), message => message[^1] ^= 1));
        for (short codec = 5; codec <= 7; codec++) yield return new($"I039_Codec_{codec}", $"its codec {codec} is not known", Batch(Five, 5, baseOffset: first, attributes: codec));
        yield return new("I040_A_negative_count", "claims -1 records", Signed(first, batch => Number(batch, 57, -1)));
        yield return new("I040_No_records_and_bytes", "claims 0 records in", Signed(first, batch => Number(batch, 57, 0)));
        yield return new("I040_Two_billion_records", "claims 2147483647 records", Signed(first, batch => Number(batch, 57, int.MaxValue)));
        yield return new("I041_A_negative_last_offset", "-1 more", Signed(first, batch => Number(batch, 23, -1)));
        yield return new("I041_A_last_offset_below_the_count", "with 3 as the last offset delta", Signed(first, batch => Number(batch, 23, 3)));
        yield return new("I041_A_negative_offset", "claims the offsets from -5", Signed(first, batch => BinaryPrimitives.WriteInt64BigEndian(batch, -5)));
        yield return new("I041_Offsets_beyond_the_last_there_is", "claims the offsets from 9223372036854775807", Signed(first, batch => BinaryPrimitives.WriteInt64BigEndian(batch, long.MaxValue)));
        yield return new("I048_gzip_with_a_wrong_checksum", "gzip: ", Compressing(first, CompressionCodec.Gzip, data => data[^8] ^= 1));
        yield return new("I048_gzip_with_a_wrong_size", "gzip: ", Compressing(first, CompressionCodec.Gzip, data => data[^1] ^= 1));
        yield return new("I048_gzip_with_a_name_without_end", "gzip: ", Compressing(first, CompressionCodec.Gzip, data => data[3] = 8));
        yield return new("I048_gzip_that_is_cut", "gzip: ", Batch(Compressed(CompressionCodec.Gzip, Five)[..^9], 5, baseOffset: first, attributes: 1));
        yield return new("I049_snappy_that_claims_four_gigabytes", "claims to hold 4294967295", Batch(Hex("ffffffff0f 00 61"), 5, baseOffset: first, attributes: 2));
        yield return new("I049_snappy_that_copies_from_nowhere", "0 bytes back", Batch(Hex("05 00 61 01 00"), 5, baseOffset: first, attributes: 2));
        yield return new("I049_snappy_with_a_negative_block", "length -1", Batch(Hex("82534e4150505900 00000001 00000001 ffffffff"), 5, baseOffset: first, attributes: 2));
        yield return new("I049_snappy_with_an_empty_block", "length 0", Batch(Hex("82534e4150505900 00000001 00000001 00000000"), 5, baseOffset: first, attributes: 2));
        yield return new("I050_lz4_with_a_reserved_flag", "lz4: ", Compressing(first, CompressionCodec.Lz4, data => data[4] |= 2));
        yield return new("I050_lz4_with_a_wrong_checksum", "lz4: ", Compressing(first, CompressionCodec.Lz4, data => data[6] ^= 1));
        yield return new("I050_lz4_without_an_end", "lz4: ", Batch(Compressed(CompressionCodec.Lz4, Five)[..^4], 5, baseOffset: first, attributes: 3));
        yield return new("I051_zstd_with_a_window_of_gigabytes", "zstd: ", Batch(Hex("28b52ffd 00 a8 00000000"), 5, baseOffset: first, attributes: 4));
        yield return new("I051_zstd_that_is_cut", "zstd: ", Batch(Compressed(CompressionCodec.Zstd, Five)[..^3], 5, baseOffset: first, attributes: 4));
        var inner = Message(1, 0, null, Utf8("v"));
        yield return new("I052_A_compressed_message_in_another", "compressed once more", Wrapper(1, first + 4, Wrapper(1, 0, inner)));
        yield return new("I053_An_offset_below_the_inner_ones", "beyond the offset", Wrapper(1, first, Message(1, 9, null, Utf8("v"))));
        yield return new("I053_No_value", "it is a compressed message without", Message(1, first, null, null, attributes: 1));
        yield return new("I053_Another_magic_inside", "has magic 0, not 1", Wrapper(1, first + 4, Message(0, 0, null, Utf8("a value that is long enough for magic 1"))));
        yield return new("I053_Nothing_inside", "without messages inside", Wrapper(1, first + 4, []));
    }

    /// <summary>Those whose first record is sound.</summary>
    public static IEnumerable<BadBatch> FoundLater(long first)
    {
        yield return new("I040_A_count_below_the_number_of_records", "bytes are left after its 4 records", Signed(first, batch => Number(batch, 57, 4)));
        yield return new("I043_Offsets_that_fall", "a record has the offset", Records(first, Concat(Record(1, null, Utf8("v0")), Record(0, null, Utf8("v1"))), 2));
        yield return new("I044_A_record_of_no_length", "a record", Records(first, Concat(Record(0, null, Utf8("v0")), Hex("00 00 00 00 00 00 00")), 2));
        yield return new("I044_A_key_of_negative_length", "", Records(first, Concat(Record(0, null, Utf8("v0")), Hex("0c 00 00 02 03 00 00")), 2));
        yield return new("I044_A_value_longer_than_its_record", "", Records(first, Concat(Record(0, null, Utf8("v0")), Hex("0c 00 00 02 01 7e 00")), 2));
        yield return new("I044_Two_billion_headers", "headers", Records(first, Concat(Record(0, null, Utf8("v0")), Hex("14 00 00 02 01 01 fe ff ff ff 0f")), 2));
        yield return new("I044_A_header_without_a_name", "a header has no name", Records(first, Concat(Record(0, null, Utf8("v0")), Hex("10 00 00 02 01 01 02 01 01")), 2));
        yield return new("I015_I044_A_timestamp_of_65_bits", "", Records(first, Concat(Record(0, null, Utf8("v0")), Hex("1e 00 ffffffffffffffffff02 02 01 01 00")), 2));
        yield return new("I045_A_record_shorter_than_its_length", "longer than its fields", Records(first, Concat(Record(0, null, Utf8("v0")), Hex("0e 00 00 02 01 01 00 00")), 2));
        yield return new("I046_Bytes_behind_the_last_record", "bytes are left after its 5 records", Records(first, Concat(Five, new byte[3]), 5));
    }

    public TestCaseData AsCase() => new TestCaseData(Bytes, Reason).SetName($"{Name}_ends_the_reading_or_is_passed_over");

    /// <summary>Five records of which something is changed, with the checksum that they had.</summary>
    static byte[] Changed(long first, Action<byte[]> change) => With(Batch(Five, 5, baseOffset: first), change);

    /// <summary>The same with the checksum that they should have.</summary>
    static byte[] Signed(long first, Action<byte[]> change) => Crafted.Signed(Changed(first, change));

    static byte[] Records(long first, byte[] records, int count) => Batch(records, count, lastOffsetDelta: 4, baseOffset: first);

    static byte[] Compressing(long first, CompressionCodec codec, Action<byte[]> change) =>
        Batch(With(Compressed(codec, Five), change), 5, baseOffset: first, attributes: (short)codec);

    static byte[] With(byte[] bytes, Action<byte[]> change)
    {
        change(bytes);
        return bytes;
    }

    static void Number(byte[] bytes, int at, int number) => BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), number);
}
