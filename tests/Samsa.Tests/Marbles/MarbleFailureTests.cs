using Samsa.Marbles.Playing;
using Samsa.Marbles.Syntax;

namespace Samsa.Tests.Marbles;

/// <summary>A file that is not true says in what.</summary>
[TestFixture]
public sealed class MarbleFailureTests
{
    [Test]
    public void Both_timelines_and_a_table_of_what_differs_are_shown() =>
        Assert.That(FailureOf("""
            % # Doubling
            %! type int
            -1-2-3-|
            subs = ^----!

            > source.Select(n => n * 2)

            -b-c--d|
            b := 2
            c := 5
            d := 6
            """), Is.EqualTo("""
            some.marble: Doubling

            output (some.marble(8,1)) differs:
              expected  -b-c--d|
              actual    -b-4-d-|

            subs of source (some.marble(3,1)) differs:
              expected  ^----!
              actual    ^------!

              where           frame  kind          expected  actual
              output              3  next          5         4
              output              5  next                    6
              output              6  next          6
              subs of source      5  unsubscribed  5         7

            """));

    [Test]
    public void What_stands_in_the_shadow_of_a_group_is_shown_in_a_second_line() =>
        Assert.That(FailureOf("""
            -a--|

            > source.SelectMany(v => Observable.Return(v).Concat(Observable.Return(v + v))
              .Merge(Observable.Timer(Frames(1), scheduler).Select(_ => v))).Take(3)

            -|
            """), Does.Contain("  actual    -(a?)\n  and also  --(a|)\n"));

    [TestCase("-a-#\n# := this", "-a-#\n# := that", "error  that      MarbleException: this")]
    [TestCase("-a-#", "-a-|", "completed  |")]
    [TestCase("-a-", "-a-|", "completed  |")]
    [TestCase("-a-|", "-a-", "completed            |")]
    [TestCase("-a|\nsubs = -", "-a|", "subscribed  never     0")]
    public void Each_kind_of_difference_is_found(string input, string output, string row) =>
        Assert.That(FailureOf($"{input}\n\n> source\n\n{output}"), Does.Contain(row));

    [Test]
    public void A_stream_inside_a_stream_is_compared_from_where_it_begins() =>
        Assert.That(FailureOf("--a-b-|\n\n> source.Window(1).Skip(1).Take(1)\n\nx = --c|\n\n--x---|"),
            Does.Contain("  output, x of frame 2      2  next       c         b\n"));

    [Test]
    public void A_type_compares_values_and_not_their_text() =>
        Assert.That(FailureOf("-a-|\n\n> source.Select(_ => 1.0m)\n\n-a-|\n%! type decimal\na := 1.00"), Is.Null);

    [Test]
    public void Errors_of_the_compiler_are_told_where_they_stand_in_the_file() =>
        Assert.That(FailureOf("%! let var x = nothing;\n\n-a-|\n\n> source\n  .Sideways(`-a|`)\n\n-a-|"),
            Does.Contain("some.marble(1,16): CS0103: ").And.Contain("some.marble(6,4): CS1061: "));

    [Test]
    public void A_file_that_does_not_compile_leaves_the_others_to_be_played()
    {
        MarbleFile[] files =
        [
            MarbleReader.Read("-a-|\n\n> wrong\n\n-a-|", "wrong.marble"),
            MarbleReader.Read("-a-|\n\n> source\n\n-a-|", "right.marble"),
        ];
        var suite = MarbleSuite.Compile(files);

        Assert.That(files.Select(file => suite.Play(file).Failure is null), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void An_exception_while_it_is_played_is_told_with_what_was_seen() =>
        Assert.That(FailureOf("-a-b-|\n\n> source.Do(v => { if (v == \"b\") scheduler.Schedule(() => throw new InvalidOperationException(\"oh\")); })\n\n-a-b-|"),
            Does.StartWith("some.marble(3,3): InvalidOperationException: oh\n").And.Contain("actual    -a-b\n"));

    [Test]
    public void A_label_of_an_output_that_is_no_value_of_its_type_is_told() =>
        Assert.That(FailureOf("-a-|\n\n> source.Select(_ => 1)\n\n-a-|\n%! type int"), Is.EqualTo("some.marble(5,1): 'a' is not a Int32."));

    [Test]
    public void A_label_that_is_no_value_of_its_type_is_told() =>
        Assert.That(FailureOf("-a-|\n%! type int\n\n> source\n\n-a-|"), Does.Contain("'a' is not a Int32."));

    static string? FailureOf(string text)
    {
        var file = MarbleReader.Read(text, "some.marble");
        return MarbleSuite.Compile([file]).Play(file).Failure;
    }
}
