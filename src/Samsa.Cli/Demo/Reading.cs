using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Samsa.Cli.Demo.Machine;
using Samsa.Rx;

namespace Samsa.Cli.Demo;

/// <summary>A measurement with its number among those of its key: what travels through the topic.</summary>
/// <param name="Key">What was measured.</param>
/// <param name="Number">0, 1, 2 … for each key: a gap is a lost record, a step back a repeated or displaced one.</param>
/// <param name="Unit">What it counts in.</param>
/// <param name="Value">How much.</param>
/// <param name="Partition">Where it was read; −1 before.</param>
readonly record struct Reading(string Key, long Number, Unit Unit, double Value, int Partition = -1)
{
    /// <summary>The record: the key, and a text such as <c>17 Percent 12.5</c>.</summary>
    public ProducerRecord ToRecord() => new(Key, string.Create(CultureInfo.InvariantCulture, $"{Number} {Unit} {Value:R}"));

    /// <exception cref="FormatException">Somebody else wrote into the topic.</exception>
    public static Reading From(KafkaRecord record)
    {
        var text = record.Value.Span;
        var first = text.IndexOf((byte)' ');
        var second = first + 1 + text[(first + 1)..].IndexOf((byte)' ');
        return first > 0 && second > first
            && Utf8Parser.TryParse(text[..first], out long number, out _)
            && Enum.TryParse<Unit>(Encoding.ASCII.GetString(text[(first + 1)..second]), out var unit)
            && Utf8Parser.TryParse(text[(second + 1)..], out double value, out _)
            ? new(record.KeyText ?? "", number, unit, value, record.Partition)
            : throw new FormatException($"The record at offset {record.Offset} of partition {record.Partition} is not one of the demo's.");
    }
}
