namespace Samsa.Wire.Generator;

/// <summary>Writes the reading of a record.</summary>
sealed class ReadText(ApiModel api, MinSizes sizes, IndentedText text)
{
    public void Constructor(RecordModel record, string accessibility)
    {
        // The defaults come first, from initializers or a constructor of the declaration's own: what a version
        // does not have keeps them.
        text.Line($"{accessibility} {record.Name}(ref WireReader reader, short version)");
        text.Open("    : this()");
        foreach (var field in record.Fields.Where(field => !field.IsTagged))
        {
            var condition = RecordText.Condition(api.Versions, field.Versions);
            text.Line($"{(condition is null ? "" : $"if ({condition}) ")}{field.Name} = {Value(field)};");
        }

        if (api.IsEverFlexible) Tags([.. record.Fields.Where(field => field.IsTagged).OrderBy(field => field.Tag)]);
        text.Close();
    }

    /// <summary>The method that reads a list or a record.</summary>
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
            text.Line($"{(condition is null ? "" : $"if ({condition}) ")}reader.SkipTags();");
            return;
        }

        if (condition is not null) text.Open($"if ({condition})");
        text.Line("var tags = reader.BeginTags();");
        text.Line("while (reader.NextTag(ref tags))");
        text.Open();
        text.Open("switch (tags.Tag)");
        var flexible = api.Versions.From(api.FlexibleSince);
        foreach (var field in tagged)
        {
            var when = RecordText.Condition(flexible, field.Versions) is { } has ? $" when {has}" : "";
            text.Line($"case {field.Tag}{when}: {field.Name} = {Value(field)}; break;");
        }

        text.Line("default: reader.SkipTag(); break;");
        text.Close();
        text.Close();
        if (condition is not null) text.Close();
    }

    static string Value(FieldModel field)
    {
        var nullable = field.IsNullable;
        if (field.IsList || field.Value.Wire == WireType.Record)
            return $"Read{field.Name}(ref reader{(RecordText.NeedsVersion(field) ? ", version" : "")})";
        var name = $"(\"{field.Name}\")";
        var read = $"reader.Read{RecordText.Suffix(field.Value, nullable)}{name}";
        if (RecordText.NotNullBefore(field) is { } before)
            return $"{before} ? reader.Read{RecordText.Suffix(field.Value, false)}{name} : {read}";
        return field.Value.IsEnum ? $"({field.Value.Name}){read}" : read;
    }

    void Record(FieldModel field)
    {
        var type = field.Value.Name;
        var question = field.IsNullable ? "?" : "";
        text.Open($"static {type}{question} Read{field.Name}(ref WireReader reader, short version)");
        if (field.IsNullable)
        {
            var since = RecordText.NotNullBefore(field) is null ? "" : $"version >= {field.NullableSince} && ";
            text.Line($"if ({since}!reader.ReadPresence(\"{field.Name}\")) return null;");
        }

        text.Line("try");
        text.Open();
        text.Line($"return new {type}(ref reader, version);");
        text.Close();
        text.Open($"catch (ProtocolException error) when (error.Within(\"{field.Name}\"))");
        text.Line("throw;");
        text.Close();
        text.Close();
    }

    void List(FieldModel field)
    {
        var type = field.Value.Name;
        var version = RecordText.NeedsVersion(field) ? ", short version" : "";
        var question = field.IsNullable ? "?" : "";
        text.Open($"static IReadOnlyList<{type}>{question} Read{field.Name}(ref WireReader reader{version})");
        text.Line($"var count = {Count(field)};");
        if (field.IsNullable) text.Line("if (count < 0) return null;");
        text.Line("if (count == 0) return [];");
        text.Line($"var items = WireReader.FirstItems<{type}>(count);");
        text.Line("var i = 0;");
        text.Line("try");
        text.Open();
        text.Open("for (; i < count; i++)");
        text.Line("if (i == items.Length) WireReader.MoreItems(ref items, count);");
        text.Line($"items[i] = {Item(field.Value)};");
        text.Close();
        text.Close();
        text.Open($"catch (ProtocolException error) when (error.Within(\"{field.Name}\", i))");
        text.Line("throw;");
        text.Close();
        text.Line();
        text.Line("return items;");
        text.Close();
    }

    string Count(FieldModel field)
    {
        var given = $"({sizes.OfItem(field)}, \"{field.Name}\")";
        if (!field.IsNullable) return $"reader.ReadArrayLength{given}";
        return RecordText.NotNullBefore(field) is { } before
            ? $"{before} ? reader.ReadArrayLength{given} : reader.ReadNullableArrayLength{given}"
            : $"reader.ReadNullableArrayLength{given}";
    }

    static string Item(ValueType value) =>
        value.Wire == WireType.Record ? $"new {value.Name}(ref reader, version)"
        : value.IsEnum ? $"({value.Name})reader.Read{RecordText.Suffix(value, false)}()"
        : $"reader.Read{RecordText.Suffix(value, false)}()";
}
