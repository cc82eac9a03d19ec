using System.Buffers.Binary;
using System.Collections.Concurrent;
using Samsa.Wire;

namespace Samsa.Fuzz;

/// <summary>What a piece of a message is.</summary>
enum PlaceKind
{
    /// <summary>A number, boolean or id.</summary>
    Number,

    /// <summary>The length of text or bytes, or the number of items, in two or four bytes.</summary>
    Length,

    /// <summary>The same as a variable-length number that is larger by one.</summary>
    CompactLength,

    /// <summary>The content of text or bytes.</summary>
    Content,

    /// <summary>One item of a list.</summary>
    Item,

    /// <summary>The number of tagged fields.</summary>
    Tags,
}

/// <summary>A piece of a message.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="Size">How many bytes it has.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Owner">For items and content: which place says how many, or how long.</param>
readonly record struct Place(int At, int Size, PlaceKind Kind, int Owner = -1);

/// <summary>Finds the pieces of a message by its declaration: a second reader beside the generated one.</summary>
sealed class Layout
{
    static readonly ConcurrentDictionary<Type, IReadOnlyList<DeclaredField>> Fields = new();

    readonly List<Place> places = [];
    readonly byte[] bytes;
    readonly short version;
    readonly bool flexible;
    int at;

    Layout(byte[] bytes, short version, bool flexible) => (this.bytes, this.version, this.flexible) = (bytes, version, flexible);

    /// <summary>The pieces of a legal message, in the order they lie.</summary>
    /// <exception cref="InvalidDataException">It has another length than its declaration says.</exception>
    public static Place[] Of(DeclaredMessage message, short version, byte[] bytes)
    {
        var layout = new Layout(bytes, version, message.Api.IsFlexible(version));
        layout.Record(message.Type);
        return layout.at == bytes.Length
            ? [.. layout.places]
            : throw new InvalidDataException($"{message} v{version} has {bytes.Length} bytes; by its declaration {layout.at}.");
    }

    void Record(Type type)
    {
        foreach (var field in Fields.GetOrAdd(type, DeclaredField.Of))
        {
            if (field.Tag is not null || !field.IsIn(version)) continue;
            if (field.Item is not null) List(field.Value);
            else if (!DeclaredField.IsRecord(field.Value) || !field.IsNullableIn(version) || IsPresent()) Value(field.Value);
        }

        if (flexible) Tags();
    }

    void List(Type item)
    {
        var owner = places.Count;
        for (var count = Length(4); count > 0; count--)
        {
            var start = at;
            Value(item);
            places.Add(new(start, at - start, PlaceKind.Item, owner));
        }
    }

    void Value(Type type)
    {
        if (DeclaredField.IsRecord(type)) Record(type);
        else if (type == typeof(string)) Content(Length(2));
        else if (type == typeof(ReadOnlyMemory<byte>)) Content(Length(4));
        else Take(SizeOf(type), PlaceKind.Number);
    }

    void Content(int length)
    {
        if (length <= 0) return;
        places.Add(new(at, length, PlaceKind.Content, places.Count - 1));
        at += length;
    }

    /// <summary>Tagged fields are pieces too, those within them not.</summary>
    void Tags()
    {
        var owner = places.Count;
        var count = VarInt(PlaceKind.Tags);
        for (; count > 0; count--)
        {
            var start = at;
            VarInt(PlaceKind.Number);
            var size = (int)VarInt(PlaceKind.Number);
            at += size;
            places.Add(new(start, at - start, PlaceKind.Item, owner));
        }
    }

    bool IsPresent()
    {
        Take(1, PlaceKind.Number);
        return bytes[at - 1] == 1;
    }

    int Length(int size)
    {
        if (flexible) return (int)VarInt(PlaceKind.CompactLength) - 1;
        Take(size, PlaceKind.Length);
        return size == 2 ? BinaryPrimitives.ReadInt16BigEndian(bytes.AsSpan(at - 2)) : BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at - 4));
    }

    uint VarInt(PlaceKind kind)
    {
        var size = Varints.ReadUnsigned(bytes.AsSpan(at), out uint value);
        Take(size, kind);
        return value;
    }

    void Take(int size, PlaceKind kind)
    {
        places.Add(new(at, size, kind));
        at += size;
    }

    static int SizeOf(Type type) => Type.GetTypeCode(type.IsEnum ? Enum.GetUnderlyingType(type) : type) switch
    {
        TypeCode.Boolean or TypeCode.SByte => 1,
        TypeCode.Int16 or TypeCode.UInt16 => 2,
        TypeCode.Int32 or TypeCode.UInt32 => 4,
        TypeCode.Int64 or TypeCode.Double => 8,
        _ => type == typeof(Guid) ? 16 : throw new NotSupportedException($"{type} is new; say how long it is."),
    };
}
