namespace Samsa.Marbles.Syntax;

/// <summary>Reads a line that says from when to when something is subscribed to: <c>--^----!</c>, or <c>-</c> for never.</summary>
static class SpanReader
{
    public static IReadOnlyList<Span> ReadAll(string text, Place place, FrameRule rule)
    {
        var (spans, at) = (new List<Span>(), 0);
        foreach (var part in text.Split(','))
        {
            var blanks = part.Length - part.TrimStart().Length;
            spans.Add(Read(part.Trim(), place.At(at + blanks), rule));
            at += part.Length + 1;
        }

        // A lane that is never subscribed to has no span at all.
        if (spans is [{ From: null }]) return [];
        return spans.Exists(span => span.From is null) ? throw place.Expected("'^' in each part", "a part without it") : spans;
    }

    public static Span Read(string text, Place place, FrameRule rule)
    {
        if (text.Length == 0) throw place.Expected("a subscription such as --^---!", "nothing");
        int? from = null, to = null, group = null;
        var (frame, index) = (0, 0);
        while (index < text.Length)
        {
            if (rule.TrySkip(text, index, place, out var characters, out var frames))
            {
                (index, frame) = (index + characters, frame + frames);
                continue;
            }

            switch (text[index])
            {
                case '-':
                    frame++;
                    break;
                case '(' when group is null:
                    group = frame++;
                    break;
                case ')' when group is not null:
                    (group, frame) = (null, frame + 1);
                    break;
                case '^' when from is null && to is null:
                    from = group ?? frame++;
                    if (group is not null) frame++;
                    break;
                // It takes no time itself: ^-! ends two frames after it began, (^!) at once.
                case '!' when from is not null && to is null:
                    to = group ?? frame;
                    break;
                default:
                    throw place.At(index).Expected("'-', then one '^', then at most one '!'", $"'{text[index]}'");
            }

            index++;
        }

        return new(from, to);
    }
}
