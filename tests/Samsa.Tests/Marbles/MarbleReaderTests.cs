using System.Xml.Linq;
using Samsa.Marbles.Drawing;
using Samsa.Marbles.Syntax;
using Samsa.Tests.House;

namespace Samsa.Tests.Marbles;

/// <summary>What is wrong with a file is said with its line, its column and what was expected there.</summary>
[TestFixture]
public sealed class MarbleReaderTests
{
    [TestCase("-a-b|c\n\n> source\n\n-a|", 1, 6, "the end of the line", "'c' after the end of the stream")]
    [TestCase("-a-(b\n\n> source\n\n-a|", 1, 6, "')'", "the end of the line")]
    [TestCase("-a-(b-)\n\n> source\n\n-a|", 1, 6, "a value or ')'", "'-', and all of a group is one moment")]
    [TestCase("-a-(b(c))\n\n> source\n\n-a|", 1, 6, "a value or ')'", "'(' inside a group")]
    [TestCase("-a-)\n\n> source\n\n-a|", 1, 4, "'-' or a value", "')' without '('")]
    [TestCase("-a b\n\n> source\n\n-a|", 1, 3, "'-' or a value", "a blank; they may stand among marbles after '%! mode run'")]
    [TestCase("-^-b\n\n> source\n\n-a|", 1, 2, "'-' or a value", "'^', which only a lane with 'kind = hot' has")]
    [TestCase("-^-^b\nkind = hot\n\n> source\n\n-a|", 1, 4, "one '^'", "a second")]
    [TestCase("-a-!\n\n> source\n\n-a|", 1, 4, "'-' or a value", "'!', which belongs in 'subs' or 'window'")]
    [TestCase("-a|\nsubs = --^^\n\n> source\n\n-a|", 2, 11, "'-', then one '^', then at most one '!'", "'^'")]
    [TestCase("-a|\nsubs = ^-!, --\n\n> source\n\n-a|", 2, 8, "'^' in each part", "a part without it")]
    [TestCase("-a|\nkind = warm\n\n> source\n\n-a|", 2, 8, "hot or cold", "'warm'")]
    [TestCase("-a|\n  sub = ^-!\n\n> source\n\n-a|", 2, 3, "title =, kind =, subs =, window =, place =, ghosts =, or a := label", "'sub ='")]
    [TestCase("-a|\nsome words\n\n> source\n\n-a|", 2, 1, "title =, kind =, subs =, window =, place =, ghosts =, or a := label", "'some words'")]
    [TestCase("-a|\nab := c\n\n> source\n\n-a|", 2, 1, "one character in front of ':='", "'ab'")]
    [TestCase("-a|\na := 1\na := 2\n\n> source\n\n-a|", 3, 1, "one label for 'a'", "a second")]
    [TestCase("-a|\nwindow = ^-!\n\n> source\n\n-a|", 2, 1, "a window only for outputs", "one for an input")]
    [TestCase("-a|\n\n> source\n\n-a|\nwindow = ---", 6, 10, "'^'", "a window that never opens")]
    [TestCase("-a|\n\n> source\n\n-a|\nsubs = ^", 6, 1, "subs only for inputs; the window of an output says when it is subscribed to", "subs of an output")]
    [TestCase("-a|\n\n-a|\n", 4, 1, "an operator, a line that begins with '>'", "the end of the file")]
    [TestCase("-a|\n\n> source\n", 4, 1, "the lane of what the operator gives", "the end of the file")]
    [TestCase("-a|\n\n>  \n\n-a|", 3, 2, "a C# expression", "nothing")]
    [TestCase("-a|\n\n> source\n\n> other\n\n-a|", 5, 1, "one operator", "a second")]
    [TestCase("-a|\n\n-b|\n\n> source\n\n-a|", 1, 1, "a name for each input lane in '%! name'", "a lane without one")]
    [TestCase("%! name a, b\n-a|\n\n> source\n\n-a|", 1, 12, "as many names as there are input lanes, which is 1", "'b'")]
    [TestCase("%! name a-b\n-a|\n\n> source\n\n-a|", 1, 9, "a name that C# can use", "'a-b'")]
    [TestCase("%! name a,,b\n-a|\n\n> source\n\n-a|", 1, 11, "the name of an input lane", "nothing")]
    [TestCase("%! typo int\n-a|\n\n> source\n\n-a|", 1, 4, "name, type, frame, mode, using, let, covers, topic, skip, also or of", "'typo'")]
    [TestCase("%!\n-a|\n\n> source\n\n-a|", 1, 3, "a directive", "nothing")]
    [TestCase("%! also -b\n\n-a|\n\n> source\n\n-a|", 1, 4, "'also' in the block of a lane", "no lane above it in this block")]
    [TestCase("-a|\n%! of other\n\n> source\n\n-a|", 2, 4, "'of' in the block of an output", "it in an input's")]
    [TestCase("%! type int\n%! type long\n-a|\n\n> source\n\n-a|", 2, 4, "one type for the file, and others in the blocks of their lanes", "a second")]
    [TestCase("%! mode fast\n-a|\n\n> source\n\n-a|", 1, 9, "run or compat", "'fast'")]
    [TestCase("%! frame soon\n-a|\n\n> source\n\n-a|", 1, 10, "a duration such as 10ms, 1.5s or 2m", "'soon'")]
    [TestCase("%! mode run\n%! frame 10ms\n- 25ms a|\n\n> source\n\n-a|", 3, 3, "a whole number of frames of 10ms, less than a million of them", "'25ms'")]
    [TestCase("%! mode run\n(a 10ms b)|\n\n> source\n\n-a|", 2, 4, "a value or ')'", "a duration, and all of a group is one moment")]
    [TestCase("x = -a|\n\n-x-y|\n\n> source\n\n-a|", 3, 1, "all values of a lane to be streams once one is: 'y = --a--|' above it", "no such stream")]
    [TestCase("[styles]\nframe_width = wide\n\n-a|\n\n> source\n\n-a|", 2, 15, "a width from 8 to 200", "'wide'")]
    [TestCase("[styles.a]\nfill_color = \"url(x)\"\n\n-a|\n\n> source\n\n-a|", 2, 14, "a colour such as #c8e6c9", "'\"url(x)\"'")]
    public void A_mistake_is_told_with_its_place_and_what_was_expected(string text, int line, int column, string expected, string found)
    {
        var mistake = Assert.Throws<MarbleSyntaxException>(() => MarbleReader.Read(text, "some.marble"));

        Assert.That(mistake!.Message, Is.EqualTo($"some.marble({line},{column}): expected {expected}, found {found}."));
    }

    [Test]
    public void Frames_count_as_the_text_is_wide() =>
        Assert.That(Frames("-a(bc)-d|"), Is.EqualTo("1a 2b 2c 7d 8|"));

    [Test]
    public void A_caret_is_time_zero() =>
        Assert.That(Frames("ab-^-c|", isHot: true), Is.EqualTo("-3a -2b 2c 3|"));

    [Test]
    public void A_duration_before_the_caret_counts_for_its_frames() =>
        Assert.That(Frames("a 1s ^ 20ms b 10ms", isHot: true, new(TimeSpan.FromMilliseconds(10), IsRun: true)), Is.EqualTo("-101a 3b"));

    [Test]
    public void Digits_are_values_unless_a_unit_and_a_blank_follow() =>
        Assert.That(Frames("1 2 1ms 3ms4", isHot: false, new(TimeSpan.FromMilliseconds(1), IsRun: true)), Is.EqualTo("0:1 1:2 3:3 4m 5s 6:4"));

    [Test]
    public void One_code_point_is_one_marble() =>
        Assert.That(Frames("-🚋-🚃|"), Is.EqualTo("1🚋 3🚃 4|"));

    [TestCase("^", 0, null)]
    [TestCase("--^--!", 2, 5)]
    [TestCase("--(^!)", 2, 2)]
    [TestCase("----", null, null)]
    public void A_subscription_is_read_as_it_is_drawn(string text, int? from, int? to) =>
        Assert.That(SpanReader.Read(text, new("some.marble", 1, 1), new(TimeSpan.FromMilliseconds(1), IsRun: false)), Is.EqualTo(new Span(from, to)));

    [Test]
    public void Whatever_is_typed_is_read_and_drawn_or_refused_with_its_place()
    {
        var seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var texts = MarbleFiles.Paths.Select(path => File.ReadAllText(Repository.PathOf(path))).ToArray();
        var (read, refused) = (0, 0);
        for (var i = 0; i < 5_000; i++)
        {
            var text = Mistyped(texts[random.Next(texts.Length)], random);
            try
            {
                XElement.Parse(Picture.Draw(MarbleReader.Read(text, "some.marble")));
                read++;
            }
            catch (MarbleSyntaxException mistake)
            {
                var lines = text.Split('\n').Length;
                Assert.That(mistake.Place.Line, Is.InRange(1, lines + 1), text);
                Assert.That(mistake.Place.Column, Is.Positive, text);
                refused++;
            }
        }

        Assert.That(Math.Min(read, refused), Is.GreaterThan(500), $"{read} read, {refused} refused");
    }

    // What fingers do: a character left out, doubled, exchanged or wrong, a line lost, two lines changed.
    static string Mistyped(string text, Random random)
    {
        const string Keys = "-|#^!()ab =:%>`[]\n \t1ms,<&\ud83d";
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var at = random.Next(text.Length - 1);
            text = random.Next(5) switch
            {
                0 => text.Remove(at, 1),
                1 => text.Insert(at, text[at].ToString()),
                2 => text[..at] + text[at + 1] + text[at] + text[(at + 2)..],
                3 => text[..at] + Keys[random.Next(Keys.Length)] + text[(at + 1)..],
                _ => string.Join('\n', text.Split('\n').Where((_, line) => line != at % 20)),
            };
            if (text.Length < 3) return text + "   ";
        }

        return text;
    }

    static string Frames(string text, bool isHot = false, FrameRule? rule = null) =>
        string.Join(' ', TimelineReader.Read(text, new("some.marble", 1, 1), rule ?? new(TimeSpan.FromMilliseconds(1), IsRun: false), isHot)
            .Marbles.Select(marble => char.IsAsciiDigit(marble.Symbol[0]) ? $"{marble.Frame}:{marble.Symbol}" : $"{marble.Frame}{marble.Symbol}"));
}
