using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Samsa.Cli.Output;

/// <summary>One JSON object a line on standard output, for programs to read.</summary>
sealed class JsonLines(WriteBytes write)
{
    /// <summary>Text stays readable: only what JSON itself forbids is escaped.</summary>
    public static JsonWriterOptions Options => new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    readonly ArrayBufferWriter<byte> line = new();

    /// <summary>Writes one object at once, so that whoever waits for the line has it.</summary>
    /// <param name="members">Writes the members; the braces are written around them.</param>
    public void Write(Action<Utf8JsonWriter> members)
    {
        line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(line, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
        write(line.WrittenSpan);
    }
}
