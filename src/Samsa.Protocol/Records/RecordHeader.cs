using System.Text;

namespace Samsa.Protocol.Records;

/// <summary>A header of a record: a name and bytes, which may be null (KIP-82). Names may repeat.</summary>
public readonly struct RecordHeader
{
    /// <summary>A header to send.</summary>
    /// <param name="name">The name; may be empty, not null.</param>
    /// <param name="value">The value, or null.</param>
    public RecordHeader(string name, ReadOnlyMemory<byte>? value)
        : this(Encoding.UTF8.GetBytes(name ?? throw new ArgumentNullException(nameof(name))), value)
    {
    }

    /// <summary>A header to send. Without this one, a null array would become an empty value.</summary>
    /// <param name="name">The name; may be empty, not null.</param>
    /// <param name="value">The value, or null.</param>
    public RecordHeader(string name, byte[]? value)
        : this(name, value is null ? default(ReadOnlyMemory<byte>?) : value)
    {
    }

    /// <summary>A header whose name is encoded already.</summary>
    /// <param name="nameUtf8">The name in UTF-8.</param>
    /// <param name="value">The value, or null.</param>
    public RecordHeader(ReadOnlyMemory<byte> nameUtf8, ReadOnlyMemory<byte>? value)
    {
        NameUtf8 = nameUtf8;
        Value = value.GetValueOrDefault();
        ValueIsNull = value is null;
    }

    /// <summary>The name. What is not UTF-8 in it is replaced.</summary>
    public string Name => Encoding.UTF8.GetString(NameUtf8.Span);

    /// <summary>The name as it travels.</summary>
    public ReadOnlyMemory<byte> NameUtf8 { get; }

    /// <summary>The value; empty when it is null.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>Whether there is no value, which is not the same as an empty one.</summary>
    public bool ValueIsNull { get; }
}
