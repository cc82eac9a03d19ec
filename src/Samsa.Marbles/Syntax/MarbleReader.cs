using System.Globalization;
using System.Text.RegularExpressions;

namespace Samsa.Marbles.Syntax;

/// <summary>Reads marble files. What they may say is in docs/marble-files.md.</summary>
static partial class MarbleReader
{
    public static MarbleFile Read(string path) => Read(File.ReadAllText(path), path);

    public static MarbleFile Read(string text, string path)
    {
        var (blocks, comment, directives) = Block.Cut(text, path);
        var about = new Directives();
        foreach (var directive in directives) about.Take(directive);

        var styles = blocks.Where(IsStyles).ToList();
        var content = blocks.Except(styles).ToList();
        var operators = content.FindAll(IsOperator);
        var end = new Place(path, text.ReplaceLineEndings("\n").TrimEnd('\n').Count(c => c == '\n') + 2, 1);
        if (operators is []) throw end.Expected("an operator, a line that begins with '>'", "the end of the file");
        if (operators is [_, var second, ..]) throw second.Lines[0].Place.Expected("one operator", "a second");

        var middle = content.IndexOf(operators[0]);
        var inputs = content[..middle].ConvertAll(block => LaneReader.Read(block, about.Rule, isOutput: false));
        var outputs = content[(middle + 1)..].ConvertAll(block => LaneReader.Read(block, about.Rule, isOutput: true));
        var heading = comment.FindIndex(line => line.StartsWith('#'));
        var file = new MarbleFile
        {
            Path = path,
            Title = heading < 0 ? Path.GetFileNameWithoutExtension(path) : comment[heading].TrimStart('#', ' '),
            Prose = string.Join('\n', comment.Where((_, number) => number != heading)).Trim('\n'),
            Directives = about,
            Inputs = inputs.FindAll(lane => lane.Symbol is null),
            InputStreams = inputs.FindAll(lane => lane.Symbol is not null),
            Operation = ReadOperation(operators[0]),
            Outputs = outputs.FindAll(lane => lane.Symbol is null),
            OutputStreams = outputs.FindAll(lane => lane.Symbol is not null),
            Styles = ReadStyles(styles),
        };
        Check(file, end);
        return file;
    }

    static void Check(MarbleFile file, Place end)
    {
        if (file.Outputs is []) throw end.Expected("the lane of what the operator gives", "the end of the file");
        if (file.Outputs[0].Of is { } of) throw of.Place.Expected("the result of the operator first", "a side output");
        // One lane needs no name said.
        var names = file.Directives.Names;
        if (names is [] && file.Inputs is [var only]) names.Add(new("source", only.Place));
        if (names.Skip(file.Inputs.Count).FirstOrDefault() is { } excess)
            throw excess.Place.Expected($"as many names as there are input lanes, which is {file.Inputs.Count}", $"'{excess.Text}'");
        if (names.Count < file.Inputs.Count)
            throw file.Inputs[names.Count].Place.Expected("a name for each input lane in '%! name'", "a lane without one");
        foreach (var stream in file.InputStreams.Concat(file.OutputStreams).Where(stream => stream.Timeline.Before > 0 && !stream.IsHot))
            throw stream.Place.Expected("a stream that begins at its first character", "'^'");
        foreach (var lane in file.Inputs) CheckOuter(lane, file.InputStreams);
        foreach (var lane in file.Outputs) CheckOuter(lane, file.OutputStreams);
    }

    static void CheckOuter(Lane lane, IReadOnlyList<Lane> streams)
    {
        if (!lane.IsOuter(streams)) return;
        foreach (var (_, kind, symbol) in lane.Timeline.Marbles)
            if (kind is MarbleKind.Next && !streams.Any(stream => stream.Symbol == symbol))
                throw lane.Place.Expected($"all values of a lane to be streams once one is: '{symbol} = --a--|' above it", "no such stream");
    }

    static Operation ReadOperation(Block block)
    {
        var first = block.Lines[0];
        var start = first.Text.IndexOf('>', StringComparison.Ordinal) + 1;
        var blanks = first.Text[start..].Length - first.Text[start..].TrimStart().Length;
        if (first.Text[start..].Trim().Length == 0) throw first.Place.At(start).Expected("a C# expression", "nothing");
        var code = new List<Code> { new(first.Text[(start + blanks)..], first.Place.At(start + blanks)) };
        code.AddRange(block.Lines.Skip(1).Where(line => !LabelLine().IsMatch(line.Text)));
        var labels = block.Lines.Skip(1).Where(line => LabelLine().IsMatch(line.Text)).Select(line => Setting.Read(line, "a := label"));
        return new(code, LaneReader.Labels(labels));
    }

    static Styles ReadStyles(List<Block> blocks)
    {
        int? width = null;
        var fills = new Dictionary<string, string>();
        foreach (var block in blocks)
        {
            var symbol = block.Lines[0].Text is ['[', 's', 't', 'y', 'l', 'e', 's', '.', .. var name, ']'] ? name : null;
            foreach (var setting in block.Lines.Skip(1).Select(line => Setting.Read(line, "key = value")))
            {
                if (symbol is null && setting.Key.Text == "frame_width")
                    width = Width(setting.Value);
                if (symbol is not null && setting.Key.Text == "fill_color")
                    fills[symbol] = Fill(setting.Value);
            }
        }

        return new(width, fills);
    }

    static int Width(Code text) =>
        int.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 8 and <= 200
            ? number
            : throw text.Place.Expected("a width from 8 to 200", $"'{text.Text}'");

    static string Fill(Code text) =>
        Colour().IsMatch(text.Text) ? text.Text : throw text.Place.Expected("a colour such as #c8e6c9", $"'{text.Text}'");

    static bool IsOperator(Block block) => block.Lines[0].Text.StartsWith('>');

    static bool IsStyles(Block block) => StylesLine().IsMatch(block.Lines[0].Text);

    [GeneratedRegex(@"^\[styles(\..)?\]$")]
    private static partial Regex StylesLine();

    [GeneratedRegex(@"^\s*\S\s*:=")]
    private static partial Regex LabelLine();

    [GeneratedRegex(@"^(#[0-9a-fA-F]{3,8}|[a-z]+)$")]
    private static partial Regex Colour();
}
