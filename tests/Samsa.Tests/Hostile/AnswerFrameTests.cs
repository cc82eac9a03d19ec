using System.Buffers.Binary;
using System.Text;
using Samsa.Rx;
using Samsa.Tests.Connections;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Hostile;

/// <summary>
/// Frames and fields that cannot be, as answers to a client: the connection is closed for a reason that names the place, the question is
/// asked again over a new one, and nobody else notices. The numbers are those of the catalogue of bad input.
/// </summary>
public sealed class AnswerFrameTests
{
    /// <summary>The answer to a question for the offset of partition 0 of t, behind its header: throttle, topics.</summary>
    const string Good = "00000000 02 0274 02 00000000 0000 ffffffffffffffff 0000000000000000 ffffffff 00 00 00";

    internal static IEnumerable<TestCaseData> Attacks()
    {
        yield return Raw("ffffffff", "claims -1 bytes", "I001_A_frame_of_negative_size");
        yield return Raw("80000000", "claims -2147483648 bytes", "I001_A_frame_of_the_smallest_size");
        yield return Raw("00000000", "claims 0 bytes, at least 4 can be", "I002_A_frame_of_nothing");
        yield return Raw("00000003 000000", "claims 3 bytes", "I002_A_frame_without_room_for_its_number");
        yield return Raw("7fffffff", "claims 2147483647 bytes, at most 104857600 can be", "I003_A_frame_of_two_gigabytes");
        yield return Said("HTTP/1.1 400 Bad Request\r\n\r\n", "the peer speaks HTTP", "I003_An_answer_of_a_web_server");
        yield return Raw("1503030002 0228", "the peer speaks TLS", "I003_An_alert_of_TLS");
        yield return Body(Good + "ffff", "2 bytes follow the end of the message", "I005_A_frame_longer_than_its_message");
        yield return Body(Good[..^13], "An array claims 1 items of", "I006_A_frame_shorter_than_its_message");
        yield return Body("", "bytes are needed, but 0 are left", "I006_A_frame_with_nothing_but_its_header");
        yield return Numbered(heard => heard + 1, "was expected, that to", "I007_An_answer_to_another_question");
        yield return Numbered(_ => -1, "was expected, that to -1 came", "I007_An_answer_to_no_question");
        yield return Twice("An answer came that nobody asked for", "I007_An_answer_twice");
        yield return Body("00000000 02 6474 02", "A string claims 99 bytes, but 2 are left", "I008_A_string_longer_than_what_is_left");
        yield return Body("00000000 02 ffffffff0f", "A compact length is 4294967295", "I008_A_string_of_negative_length");
        yield return Body("00000000 02 00 02 00000000", "A string is null where it cannot be", "I009_A_null_where_text_must_be");
        yield return Body("00000000 00 00", "An array is null where it cannot be", "I011_A_null_where_an_array_must_be");
        yield return Body("00000000 ffffffff07 00", "An array claims 2147483646 items of", "I011_An_array_of_two_billion_items");
        yield return Body("00000000 ffffffff0f 00", "A compact length is 4294967295", "I011_An_array_of_a_negative_number_of_items");
        yield return Body("00000000 05 0274 02 00000000 0000", "An array claims 4 items of", "I011_An_array_of_more_items_than_bytes");
        yield return Body("00000000 c2843d" + new string('0', 2 * 4_000_000), "more than the limit of 1000000", "I012_An_array_of_a_million_and_one_tiny_items");
        yield return Body("00000000 ffffffffff7f", "does not fit 32 bits", "I013_A_compact_length_of_six_groups");
        yield return Body("00000000 ffffffff7f", "does not fit 32 bits", "I013_A_compact_length_of_35_bits");
        yield return Body("00000000 01 8080808008", "claims 2147483648 tagged fields", "I016_Two_billion_tagged_fields");
        yield return Body("00000000 01 02 050107 050107", "tags must rise", "I016_A_tag_twice");
        yield return Body("00000000 01 02 050107 040107", "tags must rise", "I016_Tags_that_fall");
        yield return Body("00000000 01 01 0564 07", "claims 100 bytes, but 1 are left", "I016_A_tag_longer_than_what_is_left");
    }

    [TestCaseSource(nameof(Attacks))]
    public async Task Costs_the_connection_and_nothing_else(object attack, string place)
    {
        await using var two = await TwoBrokers.OpenAsync();
        // Once before, so that what is measured is not the first use of all the code.
        await two.Kafka.Topics["t"].OffsetsAsync();
        var connections = two.HostileConnections;
        two.Attack((Func<Heard, byte[]>)attack);
        var before = GC.GetTotalAllocatedBytes();

        var offsets = await two.Kafka.Topics["t"].OffsetsAsync().Soon();

        Assert.That(offsets, Is.EqualTo(new[] { new PartitionOffsets(0, 0, 10) }), "the question is asked again");
        await two.Events.Has<BrokerDisconnected>(lost => lost.Error is not null && $"{lost.Why} {lost.Error.Message}".Contains(place, StringComparison.Ordinal));
        Assert.That(two.HostileConnections, Is.EqualTo(connections + 1), "over one new connection");
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(100L << 20), "bytes allocated");
        await two.OthersGoOnAsync();
    }

    [Test]
    public async Task I004_A_frame_that_never_comes_costs_the_connection_after_a_while_and_no_memory()
    {
        await using var two = await TwoBrokers.OpenAsync(new() { RequestTimeout = TimeSpan.FromSeconds(1), Consume = new() { MaxWait = TimeSpan.FromMinutes(1) } });
        await two.Kafka.Topics["t"].OffsetsAsync();
        two.Attack(heard => Concat(Int32(90 << 20), Int32(heard.Header.CorrelationId), new byte[1000]));
        var before = GC.GetTotalAllocatedBytes();

        var offsets = await two.Kafka.Topics["t"].OffsetsAsync().Soon();

        Assert.That(offsets, Has.Count.EqualTo(1));
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(40L << 20), "bytes allocated");
        await two.Events.Has<RequestRetried>(retried => retried is { Api: "ListOffsets", Error: ConnectionException { IsTimeout: true } });
        await two.OthersGoOnAsync();
    }

    /// <summary>Bytes as they are.</summary>
    static TestCaseData Raw(string hex, string place, string name) => Case(_ => Hex(hex), place, name);

    static TestCaseData Said(string text, string place, string name) => Case(_ => Encoding.ASCII.GetBytes(text), place, name);

    /// <summary>A right frame with the right number, and this in it.</summary>
    static TestCaseData Body(string hex, string place, string name) => Case(heard => Frame(heard.Header.CorrelationId, hex), place, name);

    static TestCaseData Numbered(Func<int, int> number, string place, string name) => Case(heard => Frame(number(heard.Header.CorrelationId), Good), place, name);

    static TestCaseData Twice(string place, string name) =>
        Case(heard => Concat(Frame(heard.Header.CorrelationId, Good), Frame(heard.Header.CorrelationId, Good), Int32(-1)), place, name);

    static TestCaseData Case(Func<Heard, byte[]> attack, string place, string name) => new TestCaseData(attack, place).SetName($"{name}_costs_the_connection_and_nothing_else");

    static byte[] Frame(int correlation, string hex)
    {
        var body = Hex(hex);
        var frame = new byte[9 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), correlation);
        // No tags in the header.
        body.CopyTo(frame, 9);
        return frame;
    }
}
