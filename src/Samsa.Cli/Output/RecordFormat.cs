using System.Buffers;
using Samsa.Rx;

namespace Samsa.Cli.Output;

/// <summary>One way to print a record.</summary>
abstract class RecordFormat
{
    /// <summary>Appends one record; nothing is allocated for it.</summary>
    public abstract void Write(in KafkaRecord record, IBufferWriter<byte> output);

    /// <summary>value, json, raw, or a template.</summary>
    /// <exception cref="FormatException">It is none of them.</exception>
    public static RecordFormat Parse(string text) => text switch
    {
        "value" => new ValueFormat(lineEnds: true),
        "raw" => new ValueFormat(lineEnds: false),
        "json" => new JsonFormat(),
        _ => new TemplateFormat(text),
    };
}
