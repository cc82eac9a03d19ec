using System.Buffers.Binary;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Samsa.Wire;

namespace Samsa.Tests.Protocol;

/// <summary>Messages with something wrong in them: they are refused or read, and never cost more than their bytes allow.</summary>
public sealed class MutationTests
{
    const int DefaultMutations = 500_000;
    const int SeedsPerVersion = 6;

    // An exception with its trace and texts, and the first room of a few nested lists.
    const int FreeBytes = 64 << 10;

    // The shortest items on the wire are 1 byte and an object of some fields here.
    const int BytesPerByte = 160;

    static readonly long[] Extremes =
        [0, 1, -1, -2, 2, 127, 128, 0x7fff, 0x8000, 0x7fffffff, 0x80000000, 0xffffffff, 0x40000000, 1_000_001, 0x485454502f, 0x7fffffffffffffff];

    [Test]
    public void A_damaged_message_is_refused_or_read_and_costs_little()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("SAMSA_MUTATIONS"), CultureInfo.InvariantCulture, out var asked) ? asked : DefaultMutations;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SAMSA_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        TestContext.Out.WriteLine($"{count} mutations, SAMSA_SEED={seed}");
        var random = new Random(seed);
        var seeds = DeclaredMessage.AllWithOurs
            .SelectMany(message => message.Versions.SelectMany(version => Seeds(message, version, seed))).ToArray();
        var (read, refused) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var (message, version, bytes) = seeds[i % seeds.Length];
            var damaged = Damage(random, bytes);
            if (Reads(message, version, damaged)) read++;
            else refused++;
        }

        TestContext.Out.WriteLine($"{read} read, {refused} refused");
        Assert.That(refused, Is.GreaterThan(count / 10), "the damage must do damage");
        Assert.That(read, Is.GreaterThan(count / 100), "some damage is only other content");
    }

    static IEnumerable<(DeclaredMessage Message, short Version, byte[] Bytes)> Seeds(DeclaredMessage message, short version, int seed) =>
        AnyMessage.Of(message.Type, version).Sample(numberOfSamples: SeedsPerVersion, seed: new Rnd((ulong)seed), size: 50)
            .Select(made => (message, version, DeclaredMessage.Write(made, version)))
            .Where(seed => seed.Item3.Length <= 4096);

    static bool Reads(DeclaredMessage message, short version, byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        bool whole;
        try
        {
            message.Read(bytes, version);
            whole = true;
        }
        catch (ProtocolException)
        {
            whole = false;
        }
        catch (Exception error)
        {
            throw new AssertionException($"{message} v{version}, {Convert.ToHexStringLower(bytes)}: {error}");
        }

        var cost = GC.GetAllocatedBytesForCurrentThread() - before;
        if (cost > FreeBytes + (long)bytes.Length * BytesPerByte)
            throw new AssertionException($"{message} v{version} allocates {cost} bytes for {bytes.Length}: {Convert.ToHexStringLower(bytes)}");
        return whole;
    }

    static byte[] Damage(Random random, byte[] good)
    {
        var bytes = random.Next(20) == 0 ? Noise(random) : (byte[])good.Clone();
        for (var times = random.Next(1, 4); times > 0 && bytes.Length > 0; times--)
        {
            switch (random.Next(6))
            {
                case 0: bytes = bytes[..random.Next(bytes.Length)]; break;
                case 1: bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes[random.Next(bytes.Length)] = (byte)random.Next(256); break;
                case 3: Overwrite(random, bytes); break;
                case 4: bytes = WithVarInt(random, bytes); break;
                default: bytes = [.. bytes, .. Noise(random)]; break;
            }
        }

        return bytes;
    }

    static byte[] Noise(Random random)
    {
        var noise = new byte[random.Next(1, 64)];
        random.NextBytes(noise);
        return noise;
    }

    /// <summary>Puts an extreme number of 2, 4 or 8 bytes somewhere, where a length may be.</summary>
    static void Overwrite(Random random, byte[] bytes)
    {
        var number = Extremes[random.Next(Extremes.Length)];
        var at = bytes.AsSpan(random.Next(bytes.Length));
        switch (random.Next(3))
        {
            case 0 when at.Length >= 2: BinaryPrimitives.WriteInt16BigEndian(at, (short)number); break;
            case 1 when at.Length >= 8: BinaryPrimitives.WriteInt64BigEndian(at, number); break;
            default: if (at.Length >= 4) BinaryPrimitives.WriteInt32BigEndian(at, (int)number); break;
        }
    }

    /// <summary>Replaces a byte by an extreme variable-length number.</summary>
    static byte[] WithVarInt(Random random, byte[] bytes)
    {
        var writer = new WireWriter();
        writer.WriteUnsignedVarInt((uint)Extremes[random.Next(Extremes.Length)]);
        var at = random.Next(bytes.Length);
        return [.. bytes[..at], .. writer.ToArray(), .. bytes[(at + 1)..]];
    }
}
