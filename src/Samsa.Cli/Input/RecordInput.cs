using System.Text;
using Samsa.Rx;

namespace Samsa.Cli.Input;

/// <summary>Makes a record of a line.</summary>
abstract class RecordInput
{
    /// <exception cref="FormatException">The line is not what it should be; the message says why.</exception>
    public abstract ProducerRecord Read(ReadOnlyMemory<byte> line);
}

/// <summary>The whole line is the value.</summary>
sealed class WholeLines(string? key) : RecordInput
{
    readonly ReadOnlyMemory<byte>? key = key is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(key);

    public override ProducerRecord Read(ReadOnlyMemory<byte> line) => new(key, line);
}

/// <summary>Key, separator, value; only the first separator counts.</summary>
sealed class KeyedLines(string separator) : RecordInput
{
    readonly byte[] separator = Encoding.UTF8.GetBytes(separator);

    public override ProducerRecord Read(ReadOnlyMemory<byte> line)
    {
        var at = line.Span.IndexOf(separator);
        if (at < 0) throw new FormatException($"it has no \"{Encoding.UTF8.GetString(separator)}\" between a key and a value");
        return new(line[..at], line[(at + separator.Length)..]);
    }
}

/// <summary>One JSON object a line.</summary>
sealed class JsonObjects(string? key) : RecordInput
{
    readonly ReadOnlyMemory<byte>? key = key is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(key);
    readonly JsonRecord record = new();

    public override ProducerRecord Read(ReadOnlyMemory<byte> line)
    {
        record.Read(line.Span);
        return new(record.HasKey ? record.Key : key, record.Value)
        {
            Headers = record.Headers.Count > 0 ? record.Headers : null,
            Partition = record.Partition,
            Timestamp = record.Timestamp,
        };
    }
}
