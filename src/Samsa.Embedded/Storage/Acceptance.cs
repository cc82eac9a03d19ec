using System.Buffers.Binary;
using Samsa.Embedded.Cluster;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Embedded.Storage;

/// <summary>What a broker checks before it stores what a producer sent. Kafka: ProduceRequest, UnifiedLog and LogValidator.</summary>
static class Acceptance
{
    const int Zstd = (int)CompressionCodec.Zstd;

    static readonly DecodeOptions Options = new() { MaxInflatedBytes = Inflated.Limit };

    /// <summary>From Produce 3 on exactly one batch of format 2 comes for a partition; zstd may come from 7 on (KIP-110).</summary>
    public static Refusal? CheckForm(ReadOnlySpan<byte> records, short version)
    {
        if (version < 3) return null;
        if (records.Length < Entry.BatchHeader || Entry.Magic(records) != 2)
            return new Refusal(ErrorCode.InvalidRecord, "Produce 3 and later carry one record batch of format 2 for each partition.");
        if (Size(records) != records.Length)
            return new Refusal(ErrorCode.InvalidRecord, "The length of the batch is not the length of what came for the partition.");
        return Entry.Codec(records) == Zstd && version < 7
            ? new Refusal(ErrorCode.UnsupportedCompressionType, "zstd can be produced from Produce 7 on.")
            : null;
    }

    /// <summary>Checks what came for a partition, and brings it into the format of the log.</summary>
    /// <param name="records">What came.</param>
    /// <param name="rules">What holds for the topic.</param>
    /// <param name="generation">Which Kafka checks.</param>
    /// <param name="now">The time of the broker, in ms since 1970.</param>
    /// <param name="accepted">What can be appended, when nothing is wrong.</param>
    public static Refusal? Check(
        ReadOnlyMemory<byte> records, TopicRules rules, Generation generation, long now, out Accepted accepted)
    {
        accepted = new Accepted(records, generation.StoredMagic, IsSet: false);
        if (generation.StoredMagic < 2 || records.Length < Entry.BatchHeader || Entry.Magic(records.Span) != 2)
            return Convert(records, rules, generation.StoredMagic, now, out accepted);
        var refusal = CheckBatch(records.Span, rules, generation, now, out var youngest);
        if (youngest != Entry.MaxTimestamp(records.Span) || Entry.IsLogAppendTime(records.Span)) accepted = accepted with { MaxTimestamp = youngest };
        return refusal is { Error: ErrorCode.InvalidRecord } && !generation.KnowsInvalidRecords
            ? refusal with { Error = ErrorCode.CorruptMessage }
            : refusal;
    }

    static Refusal? CheckBatch(ReadOnlySpan<byte> batch, TopicRules rules, Generation generation, long now, out long youngest)
    {
        youngest = -1;
        if (Size(batch) != batch.Length) return new Refusal(ErrorCode.CorruptMessage, "The length of the batch is wrong.");
        if (batch.Length > rules.MaxMessageBytes) return TooLarge(batch.Length, rules);
        if (!Entry.IsIntact(batch)) return new Refusal(ErrorCode.CorruptMessage, "The checksum of the batch is wrong.");
        var count = Entry.Count(batch);
        if (Entry.Offset(batch) != 0) return Invalid($"The base offset of the batch is {Entry.Offset(batch)}; it should be 0.");
        if (count <= 0 || Entry.LastOffsetDelta(batch) != count - 1)
            return Invalid($"The batch claims {count} records, and a last offset delta of {Entry.LastOffsetDelta(batch)}.");
        if (Entry.IsControl(batch)) return Invalid("Clients do not write control batches.");
        if (Entry.ProducerId(batch) >= 0 && (Entry.BaseSequence(batch) < 0 || Entry.ProducerEpoch(batch) < 0))
            return Invalid("A batch with a producer id has a producer epoch and a sequence.");
        if (Entry.IsLogAppendTime(batch) && !generation.KnowsInvalidRecords)
            return new Refusal(ErrorCode.InvalidTimestamp, "Only a broker sets the log append time.");
        return CheckRecords(batch, rules, now, out youngest);
    }

    static Refusal? CheckRecords(ReadOnlySpan<byte> batch, TopicRules rules, long now, out long youngest)
    {
        youngest = Entry.MaxTimestamp(batch);
        var codec = Entry.Codec(batch);
        if (codec == 0) return Walk(batch, batch[Entry.BatchHeader..], rules, now, out youngest);
        try
        {
            using var inflated = Inflated.From(codec, batch[Entry.BatchHeader..], 2);
            return Walk(batch, inflated.Written, rules, now, out youngest);
        }
        catch (CompressionException fault)
        {
            // What a real broker says is not more than that something went wrong.
            return new Refusal(ErrorCode.UnknownServerError, fault.Message);
        }
        catch (CompressionLibraryMissingException)
        {
            // Whoever produced and whoever reads has the library; what is stored does not depend on it.
            return null;
        }
    }

    static Refusal? Walk(ReadOnlySpan<byte> batch, ReadOnlySpan<byte> bytes, TopicRules rules, long now, out long youngest)
    {
        List<int>? keyless = null, ahead = null;
        var first = Entry.BaseTimestamp(batch);
        var walked = 0;
        youngest = long.MinValue;
        var records = new RecordWalk(bytes);
        for (; records.MoveNext(); walked++)
        {
            if (records.OffsetDelta != walked) return Invalid($"Record {walked} has the offset delta {records.OffsetDelta}.");
            var time = first + records.TimestampDelta;
            if (rules.NeedsKeys && !records.HasKey) (keyless ??= []).Add(walked);
            if (IsAhead(time, rules, now)) (ahead ??= []).Add(walked);
            youngest = Math.Max(youngest, time);
        }

        if (records.IsBroken || walked != Entry.Count(batch))
            return Invalid($"The batch claims {Entry.Count(batch)} records, {walked} can be read.");
        return keyless is not null ? new Refusal(ErrorCode.InvalidRecord, "The topic needs keys.", keyless)
            : ahead is not null ? Ahead(youngest) with { Records = ahead }
            : null;
    }

    // A message set of the formats 0 and 1. The broker numbers the messages itself, so that it always takes them apart.
    static Refusal? Convert(ReadOnlyMemory<byte> set, TopicRules rules, byte storedMagic, long now, out Accepted accepted)
    {
        accepted = default;
        try
        {
            // A set may be empty, or hold only the beginning of a message: then nothing is appended, and nobody complains.
            accepted = new Accepted(default, storedMagic, IsSet: true);
            if (set.Length < Entry.Smallest(0)) return null;
            if (Entry.Magic(set.Span) > Math.Min(storedMagic, (byte)1))
                return new Refusal(ErrorCode.CorruptMessage, "This is no message set, or one in a format that is not known here.");
            var assigned = RecordConversion.AssignOffsets(set, storedMagic, firstOffset: 0, options: Options);
            if (IsAhead(assigned.MaxTimestamp, rules, now)) return Ahead(assigned.MaxTimestamp);
            if (LargestEntry(set.Span) is var largest && largest > rules.MaxMessageBytes) return TooLarge(largest, rules);
            if (rules.NeedsKeys && !AllHaveKeys(assigned.Bytes)) return new Refusal(ErrorCode.CorruptMessage, "The topic needs keys.");
            accepted = new Accepted(storedMagic == 0 ? set : assigned.Bytes, storedMagic, IsSet: true);
            return null;
        }
        catch (CorruptBatchException damage)
        {
            return new Refusal(ErrorCode.CorruptMessage, damage.Message);
        }
        catch (NotSupportedException missing)
        {
            return new Refusal(storedMagic < 2 ? ErrorCode.UnknownServerError : ErrorCode.UnsupportedCompressionType, missing.Message);
        }
    }

    static bool AllHaveKeys(ReadOnlyMemory<byte> entries)
    {
        var reader = new RecordBatchReader(entries, Options);
        while (reader.TryRead(out var batch))
            foreach (var record in batch)
                if (record.KeyLength < 0) return false;
        return true;
    }

    static int LargestEntry(ReadOnlySpan<byte> set)
    {
        var largest = 0;
        for (; set.Length >= Entry.Overhead && Size(set) <= set.Length; set = set[(int)Size(set)..])
            largest = Math.Max(largest, (int)Size(set));
        return largest;
    }

    static long Size(ReadOnlySpan<byte> entry) => Entry.Overhead + (long)BinaryPrimitives.ReadInt32BigEndian(entry[8..]);

    static bool IsAhead(long timestamp, TopicRules rules, long now) =>
        !rules.LogAppendTime && rules.MaxAheadMs != long.MaxValue && timestamp - now > rules.MaxAheadMs;

    static Refusal Ahead(long timestamp) =>
        new(ErrorCode.InvalidTimestamp, $"The timestamp {timestamp} is too far ahead of the clock of the broker.");

    static Refusal TooLarge(int size, TopicRules rules) =>
        new(ErrorCode.MessageTooLarge, $"The batch has {size} bytes; the topic takes {rules.MaxMessageBytes}.");

    static Refusal Invalid(string message) => new(ErrorCode.InvalidRecord, message);
}
