using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.Tests.Protocol.Records;

/// <summary>What a reader found, in a form that can be compared.</summary>
static class Seen
{
    public static List<RecordBatch> Batches(byte[] bytes, DecodeOptions? options = null)
    {
        var batches = new List<RecordBatch>();
        var reader = new RecordBatchReader(bytes, options);
        while (reader.TryRead(out var batch)) batches.Add(batch);
        return batches;
    }

    /// <summary><c>offset@timestamp key=value [name=value …]</c>, with <c>~</c> for null.</summary>
    public static List<string> Records(byte[] bytes, DecodeOptions? options = null) =>
        [.. Batches(bytes, options).SelectMany(Records)];

    public static List<string> Records(RecordBatch batch)
    {
        var records = new List<string>();
        foreach (var record in batch)
        {
            var text = new StringBuilder($"{record.Offset}@{record.Timestamp} ");
            text.Append(Text(batch.KeyOf(record), record.KeyLength < 0)).Append('=').Append(Text(batch.ValueOf(record), record.ValueLength < 0));
            foreach (var header in batch.HeadersOf(record)) text.Append($" {header.Name}:{Text(header.Value, header.ValueIsNull)}");
            records.Add(text.ToString());
        }

        return records;
    }

    public static List<long> Offsets(byte[] bytes, DecodeOptions? options = null)
    {
        var offsets = new List<long>();
        foreach (var batch in Batches(bytes, options))
        {
            foreach (var record in batch) offsets.Add(record.Offset);
        }

        return offsets;
    }

    /// <summary>The exception that reading all of it ends with.</summary>
    public static CorruptBatchException Damage(byte[] bytes, DecodeOptions? options = null) =>
        Assert.Throws<CorruptBatchException>(() => Records(bytes, options))!;

    static string Text(ReadOnlyMemory<byte> bytes, bool isNull) => isNull ? "~" : Encoding.Latin1.GetString(bytes.Span);
}
