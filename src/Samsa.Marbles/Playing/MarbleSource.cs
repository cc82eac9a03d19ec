using System.Globalization;
using System.Text;
using Samsa.Marbles.Syntax;

namespace Samsa.Marbles.Playing;

/// <summary>Makes C# of a marble file. What stands in the file keeps its line and column, so that the compiler's errors are found there.</summary>
static class MarbleSource
{
    public const string Namespace = "Samsa.Marbles.Played";

    static readonly string[] Usings =
    [
        "System", "System.Collections.Generic", "System.Globalization", "System.Linq", "System.Text", "System.Threading", "System.Threading.Tasks",
        "System.Reactive", "System.Reactive.Concurrency", "System.Reactive.Disposables", "System.Reactive.Linq", "System.Reactive.Subjects",
        "Microsoft.Reactive.Testing", "Samsa.Marbles",
    ];

    public static string Of(MarbleFile file, string className)
    {
        var source = new StringBuilder();
        foreach (var space in Usings) source.Append(CultureInfo.InvariantCulture, $"using {space};\n");
        foreach (var space in file.Directives.Usings) source.Append("using\n").Append(Mapped(space)).Append(";\n");
        source.Append(CultureInfo.InvariantCulture, $$"""
            namespace {{Namespace}};
            public static class {{className}}
            {
            public static void Set(MarblePlay play)
            {
            var scheduler = play.Scheduler;
            TimeSpan Frames(double count) => play.Frames(count);
            {{TypeOf(file.Directives.Type)}} T(string label) => ({{ViaOf(file.Directives.Type)}})(label);
            IObservable<{{TypeOf(file.Directives.Type)}}> Cold(string marbles) => play.Cold<{{TypeOf(file.Directives.Type)}}>(marbles, T);

            """);
        for (var stream = 0; stream < file.InputStreams.Count; stream++)
        {
            var type = file.InputStreams[stream].Type ?? file.Directives.Type;
            var name = Identifier(file.InputStreams[stream].Symbol!);
            source.Append(CultureInfo.InvariantCulture, $"var {name} = play.Stream<{TypeOf(type)}>({stream}, {ViaOf(type)});\n");
        }

        for (var lane = 0; lane < file.Inputs.Count; lane++)
        {
            source.Append("var\n").Append(Mapped(file.Directives.Names[lane])).Append(" = ");
            if (StreamsOf(file.Inputs[lane], file.InputStreams) is { } inner)
            {
                source.Append(CultureInfo.InvariantCulture, $"play.Outer<{TypeOf(inner.Type ?? file.Directives.Type)}>({lane});\n");
                continue;
            }

            var type = file.Inputs[lane].Type ?? file.Directives.Type;
            source.Append(CultureInfo.InvariantCulture, $"play.Lane<{TypeOf(type)}>({lane}, {ViaOf(type)});\n");
        }

        foreach (var let in file.Directives.Lets) source.Append(Mapped(let)).Append(";\n");
        source.Append("play.Result(\n");
        foreach (var (code, isMarbles) in Pieces(file.Operation)) source.Append(isMarbles ? $"Cold(@\"{code.Text}\")\n" : Mapped(code));
        source.Append(");\n");
        AppendOutputs(source, file);
        return source.Append("}\n}\n").ToString();
    }

    /// <summary>The operator's lines, cut where backquotes begin and end.</summary>
    public static IEnumerable<(Code Code, bool IsMarbles)> Pieces(Operation operation)
    {
        foreach (var line in operation.Lines)
        {
            var parts = line.Text.Split('`');
            if (parts.Length % 2 == 0) throw line.Place.At(line.Text.LastIndexOf('`')).Expected("a second '`' in the line", "one");
            var at = 0;
            for (var part = 0; part < parts.Length; part++)
            {
                if (parts[part].Length > 0) yield return (new(parts[part], line.Place.At(at)), part % 2 == 1);
                at += parts[part].Length + 1;
            }
        }
    }

    static void AppendOutputs(StringBuilder source, MarbleFile file)
    {
        var outputs = file.Outputs.Concat(file.OutputStreams).ToList();
        for (var output = 0; output < outputs.Count; output++)
        {
            if (outputs[output].Of is { } of) source.Append(CultureInfo.InvariantCulture, $"play.Show({output},\n").Append(Mapped(of)).Append(");\n");
            if (outputs[output].Type is { } type)
                source.Append(CultureInfo.InvariantCulture, $"play.Expect<{TypeOf(type)}>({output}, {ViaOf(type)});\n");
        }
    }

    static Lane? StreamsOf(Lane lane, IReadOnlyList<Lane> streams) =>
        lane.IsOuter(streams) ? streams.First(stream => lane.Timeline.Marbles.Any(marble => marble.Symbol == stream.Symbol)) : null;

    static string TypeOf(ElementType? type) => type is null ? "string" : $"\n{Mapped(type.Type)}";

    static string ViaOf(ElementType? type) =>
        type is null ? "new Func<string, string>(label => label)"
        : type.Via is { } via ? $"new Func<string,{TypeOf(type)}>(\n{Mapped(via)})"
        : $"new Func<string,{TypeOf(type)}>(MarblePlay.Read<{TypeOf(type)}>)";

    // A stream may be called 1.
    static string Identifier(string symbol) => char.IsAsciiDigit(symbol[0]) ? $"_{symbol}" : symbol;

    static string Mapped(Code code)
    {
        var (path, line, column) = code.Place;
        var end = column + Math.Max(1, code.Text.Length);
        return string.Create(CultureInfo.InvariantCulture, $"#line ({line},{column})-({line},{end}) \"{path}\"\n{code.Text}\n#line hidden\n");
    }
}
