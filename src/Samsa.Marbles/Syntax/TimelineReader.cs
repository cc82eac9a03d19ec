using System.Text;

namespace Samsa.Marbles.Syntax;

/// <summary>Reads one line of marbles.</summary>
/// <remarks><code>
/// -        a frame passes                 (abc|)   all at the frame of the bracket; time goes on by the width of the text
/// a        a value, one character         ^        hot lanes: this frame is zero
/// | or #   the end: completed or failed   10ms     in run mode, between blanks
/// </code></remarks>
sealed class TimelineReader
{
    readonly string text;
    readonly Place place;
    readonly FrameRule rule;
    readonly bool isHot;
    readonly List<Marble> marbles = [];
    int frame, indent;
    int? zero, group;
    bool hasEnded;

    TimelineReader(string text, Place place, FrameRule rule, bool isHot) =>
        (this.text, this.place, this.rule, this.isHot) = (text, place, rule, isHot);

    public static Timeline Read(string text, Place place, FrameRule rule, bool isHot) => new TimelineReader(text, place, rule, isHot).Read();

    Timeline Read()
    {
        var index = 0;
        while (index < text.Length)
        {
            if (rule.TrySkip(text, index, place, out var characters, out var frames))
            {
                if (frames > 0 && group is not null) throw place.At(index).Expected("a value or ')'", "a duration, and all of a group is one moment");
                (index, frame) = (index + characters, frame + frames);
                continue;
            }

            if (!Rune.TryGetRuneAt(text, index, out var rune)) throw place.At(index).Expected("a character", "half of one");
            Take(rune, index);
            index += rune.Utf16SequenceLength;
        }

        if (group is not null) throw place.At(text.Length).Expected("')'", "the end of the line");
        var before = zero ?? 0;
        return new([.. marbles.Select(marble => marble with { Frame = marble.Frame - before })], before, frame - before, indent);
    }

    void Take(Rune rune, int index)
    {
        switch (rune.Value)
        {
            case '-' when group is not null:
                throw place.At(index).Expected("a value or ')'", "'-', and all of a group is one moment");
            case '-':
                break;
            case ' ' when frame == indent:
                indent++;
                break;
            case '(' when group is not null:
                throw place.At(index).Expected("a value or ')'", "'(' inside a group");
            case '(':
                group = frame;
                break;
            case ')':
                if (group is null) throw place.At(index).Expected("'-' or a value", "')' without '('");
                group = null;
                break;
            case '^':
                if (!isHot) throw place.At(index).Expected("'-' or a value", "'^', which only a lane with 'kind = hot' has");
                if (zero is not null) throw place.At(index).Expected("one '^'", "a second");
                zero = group ?? frame;
                break;
            case '!':
                throw place.At(index).Expected("'-' or a value", "'!', which belongs in 'subs' or 'window'");
            case '|':
                End(MarbleKind.Completed, "|", index);
                break;
            case '#':
                End(MarbleKind.Error, "#", index);
                break;
            default:
                if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
                    throw place.At(index).Expected("'-' or a value", "a blank; they may stand among marbles after '%! mode run'");
                if (hasEnded) throw place.At(index).Expected("the end of the line", $"'{rune}' after the end of the stream");
                marbles.Add(new(group ?? frame, MarbleKind.Next, rune.ToString()));
                break;
        }

        frame++;
    }

    void End(MarbleKind kind, string symbol, int index)
    {
        if (hasEnded) throw place.At(index).Expected("the end of the line", $"'{symbol}' after the end of the stream");
        hasEnded = true;
        marbles.Add(new(group ?? frame, kind, symbol));
    }
}
