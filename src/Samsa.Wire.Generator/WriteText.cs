namespace Samsa.Wire.Generator;

/// <summary>Writes the writing of a record.</summary>
sealed class WriteText(ApiModel api, IndentedText text)
{
    public void Fields(RecordModel record, string accessibility)
    {
        text.Open($"{accessibility} void WriteFields(WireWriter writer, short version)");
        foreach (var field in record.Fields.Where(field => !field.IsTagged))
        {
            var condition = RecordText.Condition(api.Versions, field.Versions);
            Refuse(field);
            text.Line($"{(condition is null ? "" : $"if ({condition}) ")}{Value(field)};");
        }

        if (api.IsEverFlexible) Tags([.. record.Fields.Where(field => field.IsTagged).OrderBy(field => field.Tag)]);
        text.Close();
    }

    /// <summary>The method that writes a list or a record.</summary>
    public void Method(FieldModel field)
    {
        if (field.IsList) List(field);
        else Record(field);
    }

    void Tags(FieldModel[] tagged)
    {
        var condition = RecordText.Condition(api.Versions, new(api.FlexibleSince, api.Versions.Last));
        if (tagged.Length == 0)
        {
            text.Line($"{(condition is null ? "" : $"if ({condition}) ")}writer.WriteTagCount(0);");
            return;
        }

        if (condition is not null) text.Open($"if ({condition})");
        var flexible = api.Versions.From(api.FlexibleSince);
        foreach (var field in tagged)
        {
            var when = RecordText.Condition(flexible, field.Versions) is { } has ? $"{has} && " : "";
            text.Line($"var has{field.Name} = {(when.Length == 0 ? Differs(field) : $"{when}({Differs(field)})")};");
        }

        text.Line($"writer.WriteTagCount({string.Join(" + ", tagged.Select(field => $"(has{field.Name} ? 1 : 0)"))});");
        foreach (var field in tagged)
        {
            text.Line();
            text.Open($"if (has{field.Name})");
            Refuse(field);
            text.Line($"var mark = writer.BeginTag({field.Tag});");
            text.Line($"{Value(field)};");
            text.Line("writer.EndTag(mark);");
            text.Close();
        }

        if (condition is not null) text.Close();
    }

    static string Differs(FieldModel field)
    {
        var (name, untouched) = (field.Name, $"Untouched.{field.Name}");
        if (field.IsList && field.IsNullable)
            return $"{name} is null ? {untouched} is not null : {name}.Count > 0 || {untouched} is null";
        if (field.IsList) return $"{name} is not {{ Count: 0 }}";
        if (field.Value.Wire != WireType.Bytes) return $"{name} != {untouched}";
        if (!field.IsNullable) return $"!{name}.Span.SequenceEqual({untouched}.Span)";
        return $"{name}.HasValue != {untouched}.HasValue || "
            + $"!{name}.GetValueOrDefault().Span.SequenceEqual({untouched}.GetValueOrDefault().Span)";
    }

    /// <summary>Writes the refusal of null in the versions that have the field, but not the null.</summary>
    void Refuse(FieldModel field)
    {
        // Lists and records are refused in their own methods.
        if (field.IsList || field.Value.Wire == WireType.Record || RecordText.NotNullBefore(field) is null) return;
        var notNull = RecordText.Condition(api.Versions, field.Versions.To((short)(field.NullableSince - 1)));
        text.Line($"if ({notNull} && {field.Name} is null) throw UnwritableMessageException.IsNull(\"{field.Name}\");");
    }

    static string Value(FieldModel field) => field.IsList || field.Value.Wire == WireType.Record
        ? $"Write{field.Name}(writer{(RecordText.NeedsVersion(field) ? ", version" : "")})"
        : Write(field.Value, field.Name, field.Name, field.IsNullable);

    static string Write(ValueType value, string what, string? name, bool nullable)
    {
        var named = value.Wire == WireType.String && name is not null ? $", \"{name}\"" : "";
        var cast = value.IsEnum ? $"({Underlying(value.Wire)})" : "";
        return $"writer.Write{RecordText.Suffix(value, nullable)}({cast}{what}{named})";
    }

    static string Underlying(WireType wire) => wire switch
    {
        WireType.Int8 => "sbyte",
        WireType.Int16 => "short",
        WireType.UInt16 => "ushort",
        WireType.Int32 => "int",
        WireType.UInt32 => "uint",
        _ => "long",
    };

    void Record(FieldModel field)
    {
        text.Open($"void Write{field.Name}(WireWriter writer, short version)");
        if (field.IsNullable)
        {
            var may = RecordText.NotNullBefore(field) is null ? null : $"version >= {field.NullableSince}";
            text.Line($"{(may is null ? "" : $"if ({may}) ")}writer.WritePresence({field.Name} is not null);");
            text.Line($"if ({(may is null ? "" : $"{may} && ")}{field.Name} is null) return;");
        }

        text.Line("try");
        text.Open();
        text.Line($"UnwritableMessageException.NotNull({field.Name}).WriteFields(writer, version);");
        text.Close();
        text.Open($"catch (UnwritableMessageException error) when (error.Within(\"{field.Name}\"))");
        text.Line("throw;");
        text.Close();
        text.Close();
    }

    void List(FieldModel field)
    {
        var version = RecordText.NeedsVersion(field) ? ", short version" : "";
        text.Open($"void Write{field.Name}(WireWriter writer{version})");
        if (field.IsNullable)
        {
            var may = RecordText.NotNullBefore(field) is null ? "" : $"version >= {field.NullableSince} && ";
            text.Open($"if ({may}{field.Name} is null)");
            text.Line("writer.WriteArrayLength(-1);");
            text.Line("return;");
            text.Close();
            text.Line();
        }

        text.Line($"var items = UnwritableMessageException.NotNull({field.Name}, \"{field.Name}\");");
        text.Line("writer.WriteArrayLength(items.Count);");
        text.Line("var i = 0;");
        text.Line("try");
        text.Open();
        var item = field.Value.Wire == WireType.Record
            ? "UnwritableMessageException.NotNull(items[i]).WriteFields(writer, version)"
            : Write(field.Value, "items[i]", null, false);
        text.Line($"for (; i < items.Count; i++) {item};");
        text.Close();
        text.Open($"catch (UnwritableMessageException error) when (error.Within(\"{field.Name}\", i))");
        text.Line("throw;");
        text.Close();
        text.Close();
    }
}
