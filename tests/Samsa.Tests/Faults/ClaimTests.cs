using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Samsa.Fuzz;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Samsa.Tests.Protocol;
using Samsa.Tests.Topics;
using Samsa.Wire;

namespace Samsa.Tests.Faults;

/// <summary>Counts and lengths that are claimed and not there: no path, however fast, believes them.</summary>
[TestFixture]
public sealed class ClaimTests
{
    const int Claim = int.MaxValue - 8;

    // An exception with its trace, the first room of some nested lists, and what the bytes that are there make.
    const int FreeBytes = 64 << 10;
    const int BytesPerByte = 160;

    [Test]
    public void B12_Two_billion_of_anything_at_any_place_of_any_message_cost_no_more_than_the_bytes_that_came()
    {
        var (read, refused) = (0, 0);
        foreach (var message in DeclaredMessage.All)
            foreach (var version in message.Versions)
                foreach (var bytes in Samples(message, version))
                    for (var at = 0; at < bytes.Length; at++)
                        foreach (var damaged in Claiming(bytes, at))
                            if (Reads(message, version, damaged)) read++;
                            else refused++;

        TestContext.Out.WriteLine($"{read} read, {refused} refused");
        Assert.That(refused, Is.GreaterThan(10_000));
    }

    [Test]
    public void B12_Two_billion_records_in_a_batch_cost_nothing()
    {
        var batch = TestRecords.Batch("a", "b");
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), Claim);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(23), Claim - 1);
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), RecordBatchHeader.ComputeCrc(batch));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<CorruptBatchException>(() =>
        {
            var reader = new RecordBatchReader(batch);
            while (reader.TryRead(out var found))
                foreach (var record in found)
                    GC.KeepAlive(record.Offset);
        });

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(FreeBytes));
    }

    [Test]
    public async Task B12_A_client_survives_brokers_that_claim_two_billion_brokers_and_two_billion_partitions()
    {
        await using var stage = await Stage.OpenAsync(options: new()
        {
            Retry = new() { First = TimeSpan.FromMilliseconds(10), Most = TimeSpan.FromMilliseconds(20) },
            Reconnect = new() { First = TimeSpan.FromMilliseconds(10), Most = TimeSpan.FromMilliseconds(20) },
        });
        stage.WriteNumbers(0, 0, 20);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        // Metadata 13: tags, throttle time, and then how many brokers; Fetch 18: also error and session.
        var brokers = stage.Brokers.Faults.Next(ApiKey.Metadata, times: 3).AnswerBytes(asked => Frame(asked.CorrelationId, "00 00000000 ffffffff07"));
        var topics = stage.Brokers.Faults.Next(ApiKey.Fetch, times: 3).AnswerBytes(asked => Frame(asked.CorrelationId, "00 00000000 0000 00000005 ffffffff07"));

        var seen = stage.Watch(new() { UntilEnd = true });
        await seen.Ends();

        Assert.That((brokers.Fired, topics.Fired), Is.EqualTo((3, 3)));
        Assert.That(seen.Texts, Is.EqualTo(Enumerable.Range(0, 20).Select(n => $"{n}")), $"{seen.Error}");
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(100 << 20));
        await stage.Tells<MetadataFailed>(failed => failed.Error.ToString().Contains("Metadata", StringComparison.Ordinal));
    }

    static IEnumerable<byte[]> Samples(DeclaredMessage message, short version) =>
        AnyMessage.Of(message.Type, version).Sample(numberOfSamples: 8, seed: new Rnd(12), size: 30)
            .Select(made => DeclaredMessage.Write(made, version))
            .Where(bytes => bytes.Length <= 600);

    /// <summary>The claim as four bytes, and as a number of variable length.</summary>
    static IEnumerable<byte[]> Claiming(byte[] bytes, int at)
    {
        if (at + 4 <= bytes.Length)
        {
            var fixedSize = (byte[])bytes.Clone();
            BinaryPrimitives.WriteInt32BigEndian(fixedSize.AsSpan(at), Claim);
            yield return fixedSize;
        }

        var writer = new WireWriter();
        writer.WriteUnsignedVarInt(Claim);
        yield return [.. bytes[..at], .. writer.ToArray(), .. bytes[(at + 1)..]];
    }

    static bool Reads(DeclaredMessage message, short version, byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var whole = true;
        try
        {
            message.Read(bytes, version);
        }
        catch (ProtocolException)
        {
            whole = false;
        }

        var cost = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(cost, Is.LessThanOrEqualTo(FreeBytes + (long)bytes.Length * BytesPerByte),
            () => $"{message} v{version}: {Convert.ToHexStringLower(bytes)}");
        return whole;
    }

    static ReadOnlyMemory<byte> Frame(int correlation, string hex)
    {
        var body = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var frame = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, 4 + body.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), correlation);
        body.CopyTo(frame, 8);
        return frame;
    }
}
