using System.Buffers.Binary;
using Samsa.Wire;

namespace Samsa.Fuzz.Changes;

/// <summary>A legal message, and where its pieces are.</summary>
/// <param name="Bytes">The message.</param>
/// <param name="Places">Its pieces.</param>
sealed record Specimen(byte[] Bytes, Place[] Places);

/// <summary>Changes that know what they change: a length that says something else, an item twice, text that is none.</summary>
static class Fields
{
    static readonly byte[][] Contents =
    [
        [], [0], [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], "..\r\n\0\t"u8.ToArray(), "__consumer_offsets"u8.ToArray(), new byte[250], [.. Enumerable.Repeat((byte)'x', 3000)],
    ];

    public static byte[] Change(Random random, Specimen specimen, Specimen other)
    {
        var (bytes, places) = (specimen.Bytes, specimen.Places);
        if (places.Length == 0) return Bytes.Change(random, bytes);
        var index = random.Next(places.Length);
        var place = places[index];
        var changed = place.Kind switch
        {
            PlaceKind.Number => Numbered(random, bytes, place),
            PlaceKind.Length => Fixed(bytes, place, Bytes.Near(random, Read(bytes, place))),
            PlaceKind.CompactLength => Spliced(bytes, place.At, place.Size, Bytes.VarInt((uint)Bytes.Near(random, Read(bytes, place)))),
            PlaceKind.Tags => Tagged(random, bytes, place),
            PlaceKind.Item => Repeated(random, bytes, place, places[place.Owner], other),
            _ => Replaced(bytes, place, places[place.Owner], Contents[random.Next(Contents.Length)]),
        };
        // Once in a while together with something blind.
        return random.Next(4) == 0 ? Bytes.Change(random, changed) : changed;
    }

    static byte[] Numbered(Random random, byte[] bytes, Place place)
    {
        var changed = (byte[])bytes.Clone();
        if (place.Size is 1 or 2 or 4 or 8) Bytes.Overwrite(changed.AsSpan(place.At), Bytes.Near(random, Read(bytes, place)), place.Size);
        else changed.AsSpan(place.At, place.Size).Fill((byte)random.Next(256));
        return changed;
    }

    static byte[] Fixed(byte[] bytes, Place place, long number)
    {
        var changed = (byte[])bytes.Clone();
        Bytes.Overwrite(changed.AsSpan(place.At), number, place.Size);
        return changed;
    }

    /// <summary>Adds tagged fields that nobody knows, in order or not.</summary>
    static byte[] Tagged(Random random, byte[] bytes, Place place)
    {
        var count = Read(bytes, place);
        var added = random.Next(3) == 0 ? 1000 : random.Next(1, 4);
        var tag = random.Next(2) == 0 ? 0 : 1000;
        var fields = new List<byte>();
        for (var i = 0; i < added; i++)
        {
            fields.AddRange(Bytes.VarInt((uint)tag));
            fields.AddRange(added > 3 ? [0] : [2, 7, 7]);
            tag += random.Next(20) == 0 ? 0 : 1;
        }

        // What is there already stands before those of 1000 and more, and is followed by the others.
        var end = place.At + place.Size;
        return [.. bytes[..place.At], .. Bytes.VarInt((uint)(count + added)), .. fields, .. bytes[end..]];
    }

    /// <summary>Repeats an item, or takes it away, or puts one of another message in its place.</summary>
    static byte[] Repeated(Random random, byte[] bytes, Place item, Place count, Specimen other)
    {
        var own = bytes[item.At..(item.At + item.Size)];
        switch (random.Next(4))
        {
            case 0: return Counted(Spliced(bytes, item.At, item.Size, []), count, -1);
            case 1 when Array.FindIndex(other.Places, place => place.Kind == PlaceKind.Item) is var found and >= 0:
                var foreign = other.Places[found];
                return Spliced(bytes, item.At, item.Size, other.Bytes.AsSpan(foreign.At, foreign.Size));
            default:
                var times = item.Size < 100 && random.Next(20) == 0 ? 1100 : random.Next(1, 4);
                return Counted(Spliced(bytes, item.At, 0, [.. Enumerable.Repeat(own, times).SelectMany(one => one)]), count, times);
        }
    }

    static byte[] Replaced(byte[] bytes, Place content, Place length, byte[] by) =>
        Counted(Spliced(bytes, content.At, content.Size, by), length, by.Length - content.Size);

    /// <summary>Makes a count or length say more, or less for a negative number. It lies before what was changed.</summary>
    static byte[] Counted(byte[] bytes, Place count, int more)
    {
        var number = Read(bytes, count) + more;
        return count.Kind == PlaceKind.Length ? Fixed(bytes, count, number) : Spliced(bytes, count.At, count.Size, Bytes.VarInt((uint)number));
    }

    static byte[] Spliced(byte[] bytes, int at, int size, ReadOnlySpan<byte> by) => [.. bytes.AsSpan(0, at), .. by, .. bytes.AsSpan(at + size)];

    static long Read(byte[] bytes, Place place)
    {
        var at = bytes.AsSpan(place.At);
        if (place.Kind is PlaceKind.CompactLength or PlaceKind.Tags)
        {
            Varints.ReadUnsigned(at, out uint number);
            return number;
        }

        return place.Size switch
        {
            1 => (sbyte)at[0],
            2 => BinaryPrimitives.ReadInt16BigEndian(at),
            4 => BinaryPrimitives.ReadInt32BigEndian(at),
            8 => BinaryPrimitives.ReadInt64BigEndian(at),
            _ => 0,
        };
    }
}
