using Samsa.Fuzz.Changes;
using Samsa.Protocol.Records;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// Record batches of all formats and codecs, with right checksums: each is refused by type, or walked to its end; offsets rise, nothing
/// is larger than the limit, and what is sound stays the same when it is converted.
/// </summary>
/// <param name="specimens">Legal ones.</param>
/// <param name="anyOffsets">Whether they are read as from a producer.</param>
sealed class RecordsTarget(IReadOnlyList<byte[]> specimens, bool anyOffsets) : IFuzzTarget
{
    const int Limit = 1 << 20;

    readonly DecodeOptions options = new() { MaxInflatedBytes = Limit, AnyOffsets = anyOffsets };

    public string Name => anyOffsets ? "records of producers" : "records";

    public int Weight => anyOffsets ? 80 : 400;

    public byte[] Make(Random random) => Batches.Change(random, specimens[random.Next(specimens.Count)]);

    public Verdict Try(byte[] input)
    {
        var before = Allowance.Now;
        var damages = Walk(input, out var records);
        // Scratch memory of codecs comes from the pool, which may have to fill itself first.
        Allowance.Check(before, (1 + damages) * (12L * Limit), input.Length);
        if (damages > 0) return Verdict.Refused;
        if (input.Length % 8 == 0 && !anyOffsets) Convert(input, records);
        return Verdict.Taken;
    }

    int Walk(byte[] input, out int records)
    {
        var damages = 0;
        long walked = 0, last = -1;
        records = 0;
        var reader = new RecordBatchReader(input, options);
        while (true)
        {
            try
            {
                if (!reader.TryRead(out var batch)) break;
                Walk(batch, ref last, ref walked, ref records);
            }
            catch (CorruptBatchException damage)
            {
                if (++damages > input.Length) throw new BrokenRuleException("The reader does not move on.");
                if (damage.Reason.Length == 0 || damage.Message.Length == 0) throw new BrokenRuleException("It is refused without a reason.", damage);
            }
        }

        if (walked > input.Length + 4L * Limit) throw new BrokenRuleException($"There are {walked} bytes of records.");
        return damages;
    }

    void Walk(RecordBatch batch, ref long last, ref long walked, ref int records)
    {
        if (batch.IsControl) batch.ReadControlType();
        if (batch.InflatedBytes > Math.Max(Limit, batch.SizeInBytes)) throw new BrokenRuleException($"A batch inflates to {batch.InflatedBytes} bytes.");
        foreach (var record in batch)
        {
            if (!anyOffsets && (record.Offset <= last || record.Offset > batch.LastOffset))
                throw new BrokenRuleException($"The offset {record.Offset} comes after {last}, in a batch up to {batch.LastOffset}.");
            last = record.Offset;
            records++;
            walked += 1 + batch.KeyOf(record).Length + batch.ValueOf(record).Length;
            foreach (var header in batch.HeadersOf(record)) walked += header.NameUtf8.Length + header.Value.Length;
        }

        last = batch.LastOffset;
    }

    /// <summary>A broker has the same records for old clients; without its markers, which those do not know.</summary>
    void Convert(byte[] input, int records)
    {
        for (byte magic = 0; magic <= 2; magic++)
        {
            byte[] converted;
            try
            {
                converted = RecordConversion.Convert(input, magic, options);
            }
            catch (NotSupportedException)
            {
                continue; // zstd before magic 2
            }
            catch (CorruptBatchException gap) when (magic == 2 && gap.Reason.Contains("than a batch of magic 2 can say", StringComparison.Ordinal))
            {
                continue;
            }

            if (Walk(converted, out var found) > 0) throw new BrokenRuleException($"Converted to magic {magic} it cannot be read.");
            if (found > records || magic == 2 && found != records)
                throw new BrokenRuleException($"Converted to magic {magic} there are {found} records; there were {records}.");
        }
    }
}
