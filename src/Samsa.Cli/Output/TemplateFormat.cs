using System.Buffers;
using System.Text;
using Samsa.Rx;

namespace Samsa.Cli.Output;

/// <summary>Text with {fields}. <c>\t</c>, <c>\n</c>, <c>\r</c> and <c>\\</c> are what they are elsewhere; <c>{{</c> and <c>}}</c> are braces.</summary>
/// <remarks>No line end is added: a template that wants one says <c>\n</c>.</remarks>
sealed class TemplateFormat : RecordFormat
{
    const string Known = "{topic} {partition} {offset} {timestamp} {key} {value} {headers}";

    readonly List<Piece> pieces;

    /// <exception cref="FormatException">A field is unknown, or there is none.</exception>
    public TemplateFormat(string template) => pieces = Cut(template);

    public override void Write(in KafkaRecord record, IBufferWriter<byte> output)
    {
        foreach (var piece in pieces)
            switch (piece.Field)
            {
                case Field.Text: output.Write(piece.Text); break;
                case Field.Topic: Encoding.UTF8.GetBytes(record.Topic, output); break;
                case Field.Partition: Number(record.Partition, output); break;
                case Field.Offset: Number(record.Offset, output); break;
                case Field.Timestamp: Number(record.Timestamp, output); break;
                case Field.Key: output.Write(record.Key.Span); break;
                case Field.Value: output.Write(record.Value.Span); break;
                case Field.Headers: Headers(record, output); break;
            }
    }

    static void Number(long number, IBufferWriter<byte> output)
    {
        number.TryFormat(output.GetSpan(20), out var written);
        output.Advance(written);
    }

    static void Headers(in KafkaRecord record, IBufferWriter<byte> output)
    {
        var first = true;
        foreach (var header in record.Headers)
        {
            if (!first) output.Write(","u8);
            first = false;
            output.Write(header.NameUtf8.Span);
            output.Write("="u8);
            output.Write(header.Value.Span);
        }
    }

    static List<Piece> Cut(string template)
    {
        var pieces = new List<Piece>();
        var text = new StringBuilder();
        for (var at = 0; at < template.Length; at++)
        {
            var next = at + 1 < template.Length ? template[at + 1] : '\0';
            switch (template[at], next)
            {
                case ('\\', 't' or 'n' or 'r' or '\\' or '0'):
                    text.Append(next switch { 't' => '\t', 'n' => '\n', 'r' => '\r', '0' => '\0', _ => '\\' });
                    at++;
                    break;
                case ('{', '{') or ('}', '}'):
                    text.Append(next);
                    at++;
                    break;
                case ('{', _):
                    var end = template.IndexOf('}', at);
                    if (end < 0) throw new FormatException("a { is not closed; write {{ for a brace");
                    Add(new(Field.Text, Encoding.UTF8.GetBytes(text.ToString())));
                    text.Clear();
                    Add(new(FieldOf(template[(at + 1)..end]), []));
                    at = end;
                    break;
                default:
                    text.Append(template[at]);
                    break;
            }
        }

        Add(new(Field.Text, Encoding.UTF8.GetBytes(text.ToString())));
        if (pieces.TrueForAll(piece => piece.Field is Field.Text))
            throw new FormatException($"it can be value, json, raw, or a template with fields of {Known}");
        return pieces;

        void Add(Piece piece)
        {
            if (piece.Field is not Field.Text || piece.Text.Length > 0) pieces.Add(piece);
        }
    }

    static Field FieldOf(string name) =>
        Enum.TryParse<Field>(name, ignoreCase: true, out var field) && field is not Field.Text && !char.IsAsciiDigit(name[0])
            ? field
            : throw new FormatException($"there is no field {{{name}}}; there are {Known}");

    enum Field
    {
        Text,
        Topic,
        Partition,
        Offset,
        Timestamp,
        Key,
        Value,
        Headers,
    }

    readonly record struct Piece(Field Field, byte[] Text);
}
