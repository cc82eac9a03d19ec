namespace Samsa.Wire;

/// <summary>Where a reader is in a section of tagged fields.</summary>
public ref struct TagSection
{
    internal int Left;
    internal int FieldEnd;
    internal int OuterEnd;

    /// <summary>The tag of the field that is next to be read.</summary>
    public int Tag { get; internal set; }
}

public ref partial struct WireReader
{
    /// <summary>Begins a section of tagged fields; <see cref="NextTag"/> then walks it.</summary>
    public TagSection BeginTags()
    {
        var count = ReadUnsignedVarInt();
        if (count > (uint)limits.Tags)
            throw Wrong($"A section claims {count} tagged fields, more than the limit of {limits.Tags}");
        return new TagSection { Left = (int)count, Tag = -1, FieldEnd = position, OuterEnd = end };
    }

    /// <summary>Goes to the next tagged field; <see cref="Remaining"/> is then the length of it.</summary>
    /// <returns>False at the end of the section.</returns>
    public bool NextTag(ref TagSection section)
    {
        if (position != section.FieldEnd)
            throw Wrong($"Tagged field {section.Tag} is {section.FieldEnd - position} bytes longer than its content");
        end = section.OuterEnd;
        if (section.Left == 0) return false;
        section.Left--;
        var tag = ReadUnsignedVarInt();
        if (tag > int.MaxValue || (int)tag <= section.Tag)
            throw Wrong($"Tagged field {tag} follows {section.Tag}; tags must rise");
        var length = ReadUnsignedVarInt();
        if (length > (uint)Remaining)
            throw Wrong($"Tagged field {tag} claims {length} bytes, but {Remaining} are left");
        section.Tag = (int)tag;
        section.FieldEnd = end = position + (int)length;
        return true;
    }

    /// <summary>Passes over the tagged field that <see cref="NextTag"/> went to.</summary>
    public void SkipTag() => position = end;

    /// <summary>Passes over a section of tagged fields.</summary>
    public void SkipTags()
    {
        var section = BeginTags();
        while (NextTag(ref section)) SkipTag();
    }
}
