using System.Buffers;
using Samsa.Rx;

namespace Samsa.Cli.Output;

/// <summary>The bytes of the value as they are, each followed by a line end or by nothing.</summary>
sealed class ValueFormat(bool lineEnds) : RecordFormat
{
    public override void Write(in KafkaRecord record, IBufferWriter<byte> output)
    {
        var value = record.Value.Span;
        var span = output.GetSpan(value.Length + 1);
        value.CopyTo(span);
        if (lineEnds) span[value.Length] = (byte)'\n';
        output.Advance(lineEnds ? value.Length + 1 : value.Length);
    }
}
