using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Arm = System.Runtime.Intrinsics.Arm;

namespace Samsa.Wire;

/// <summary>CRC-32 (IEEE 802.3, as in zip) and CRC-32C (Castagnoli, RFC 3720), by the processor's own instructions where it has them.</summary>
public static class Checksums
{
    const uint IeeePolynomial = 0xEDB88320;
    const uint CastagnoliPolynomial = 0x82F63B78;

    /// <summary>CRC-32 as in zip. Kafka: messages of magic 0 and 1.</summary>
    /// <param name="data">What is checked.</param>
    /// <param name="seed">The checksum of what came before, to go on from there.</param>
    public static uint Crc32(ReadOnlySpan<byte> data, uint seed = 0) =>
        Arm.Crc32.Arm64.IsSupported ? ~Crc32Arm(data, ~seed)
        : Pclmulqdq.IsSupported && data.Length >= 64 ? ~Crc32Folding(data, ~seed)
        : ~Sliced(data, ~seed, IeeeTables.Values);

    /// <summary>CRC-32C. Kafka: record batches of magic 2.</summary>
    /// <param name="data">What is checked.</param>
    /// <param name="seed">The checksum of what came before, to go on from there.</param>
    public static uint Crc32C(ReadOnlySpan<byte> data, uint seed = 0) =>
        Sse42.X64.IsSupported ? ~Crc32CSse(data, ~seed)
        : Arm.Crc32.Arm64.IsSupported ? ~Crc32CArm(data, ~seed)
        : ~Sliced(data, ~seed, CastagnoliTables.Values);

    /// <summary>CRC-32 without any special instruction.</summary>
    internal static uint Crc32Portable(ReadOnlySpan<byte> data, uint seed = 0) => ~Sliced(data, ~seed, IeeeTables.Values);

    /// <summary>CRC-32C without any special instruction.</summary>
    internal static uint Crc32CPortable(ReadOnlySpan<byte> data, uint seed = 0) => ~Sliced(data, ~seed, CastagnoliTables.Values);

    static uint Crc32CSse(ReadOnlySpan<byte> data, uint crc)
    {
        // One crc32 instruction waits three cycles for the one before, but three chains can run side by side.
        if (Pclmulqdq.IsSupported)
        {
            while (data.Length >= 3 * Long) crc = Crc32CThreeChains(ref data, crc, Long, Shift.Long, Shift.TwiceLong);
            while (data.Length >= 3 * Short) crc = Crc32CThreeChains(ref data, crc, Short, Shift.Short, Shift.TwiceShort);
        }

        ulong wide = crc;
        while (data.Length >= 8)
        {
            wide = Sse42.X64.Crc32(wide, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        crc = (uint)wide;
        if (data.Length >= 4)
        {
            crc = Sse42.Crc32(crc, BinaryPrimitives.ReadUInt32LittleEndian(data));
            data = data[4..];
        }

        foreach (var one in data) crc = Sse42.Crc32(crc, one);
        return crc;
    }

    const int Long = 1024;
    const int Short = 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Crc32CThreeChains(ref ReadOnlySpan<byte> data, uint crc, int chain, uint shift, uint shiftTwice)
    {
        ulong first = crc, second = 0, third = 0;
        // The length was checked by the caller: all reads stay below 3 * chain.
        ref var at = ref MemoryMarshal.GetReference(data);
        for (nuint i = 0; i < (nuint)chain; i += 8)
        {
            first = Sse42.X64.Crc32(first, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, i)));
            second = Sse42.X64.Crc32(second, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, i + (nuint)chain)));
            third = Sse42.X64.Crc32(third, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, i + 2 * (nuint)chain)));
        }

        data = data[(3 * chain)..];
        var moved = Multiply((uint)first, shiftTwice) ^ Multiply((uint)second, shift);
        return (uint)(Sse42.X64.Crc32(0, moved) ^ third);
    }

    static ulong Multiply(uint left, uint right) =>
        Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar((ulong)left), Vector128.CreateScalar((ulong)right), 0).ToScalar();

    /// <summary>Factors that move a checksum over a chain of bytes: x^(8n - 33) modulo the polynomial.</summary>
    /// <remarks>The 33 makes up for what reflected multiplication (1) and the crc32 instruction that reduces the product (32) add.</remarks>
    static class Shift
    {
        public static readonly uint Short = Power(8 * Checksums.Short - 33);
        public static readonly uint TwiceShort = Power(16 * Checksums.Short - 33);
        public static readonly uint Long = Power(8 * Checksums.Long - 33);
        public static readonly uint TwiceLong = Power(16 * Checksums.Long - 33);

        static uint Power(int exponent)
        {
            var power = 0x80000000;
            for (; exponent > 0; exponent--) power = (power >> 1) ^ (CastagnoliPolynomial & (0 - (power & 1)));
            return power;
        }
    }

    /// <summary>Folds 64 bytes at a time by carry-less multiplication.</summary>
    /// <remarks>Gopal et al., "Fast CRC computation for generic polynomials using PCLMULQDQ", Intel 2009; factors for the reflected polynomial.</remarks>
    static uint Crc32Folding(ReadOnlySpan<byte> data, uint crc)
    {
        var by512 = Vector128.Create(0x154442bd4UL, 0x1c6e41596UL);
        var by128 = Vector128.Create(0x1751997d0UL, 0x0ccaa009eUL);
        var x0 = Load(data, 0) ^ Vector128.CreateScalar(crc).AsUInt64();
        var x1 = Load(data, 16);
        var x2 = Load(data, 32);
        var x3 = Load(data, 48);
        for (data = data[64..]; data.Length >= 64; data = data[64..])
        {
            x0 = Fold(x0, by512) ^ Load(data, 0);
            x1 = Fold(x1, by512) ^ Load(data, 16);
            x2 = Fold(x2, by512) ^ Load(data, 32);
            x3 = Fold(x3, by512) ^ Load(data, 48);
        }

        x0 = Fold(x0, by128) ^ x1;
        x0 = Fold(x0, by128) ^ x2;
        x0 = Fold(x0, by128) ^ x3;
        for (; data.Length >= 16; data = data[16..]) x0 = Fold(x0, by128) ^ Load(data, 0);

        // What is left stands for all bytes before it: its checksum, from zero, is theirs.
        Span<byte> rest = stackalloc byte[16];
        x0.AsByte().CopyTo(rest);
        return Sliced(data, Sliced(rest, 0, IeeeTables.Values), IeeeTables.Values);
    }

    static Vector128<ulong> Load(ReadOnlySpan<byte> data, int at) => Vector128.Create(data.Slice(at, 16)).AsUInt64();

    static Vector128<ulong> Fold(Vector128<ulong> value, Vector128<ulong> factors) =>
        Pclmulqdq.CarrylessMultiply(value, factors, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, factors, 0x11);

    static uint Crc32Arm(ReadOnlySpan<byte> data, uint crc)
    {
        for (; data.Length >= 8; data = data[8..])
            crc = Arm.Crc32.Arm64.ComputeCrc32(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var one in data) crc = Arm.Crc32.ComputeCrc32(crc, one);
        return crc;
    }

    static uint Crc32CArm(ReadOnlySpan<byte> data, uint crc)
    {
        for (; data.Length >= 8; data = data[8..])
            crc = Arm.Crc32.Arm64.ComputeCrc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var one in data) crc = Arm.Crc32.ComputeCrc32C(crc, one);
        return crc;
    }

    /// <summary>Slicing by 16: table n holds the checksum of a byte with n zero bytes behind it.</summary>
    static uint Sliced(ReadOnlySpan<byte> data, uint crc, uint[] tables)
    {
        for (; data.Length >= 16; data = data[16..])
        {
            var a = BinaryPrimitives.ReadUInt64LittleEndian(data) ^ crc;
            var b = BinaryPrimitives.ReadUInt64LittleEndian(data[8..]);
            crc = Eight(a, 8, tables) ^ Eight(b, 0, tables);
        }

        foreach (var one in data) crc = tables[(byte)(crc ^ one)] ^ (crc >> 8);
        return crc;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Eight(ulong value, int behind, uint[] tables) =>
        tables[((behind + 7) << 8) | (byte)value]
        ^ tables[((behind + 6) << 8) | (byte)(value >> 8)]
        ^ tables[((behind + 5) << 8) | (byte)(value >> 16)]
        ^ tables[((behind + 4) << 8) | (byte)(value >> 24)]
        ^ tables[((behind + 3) << 8) | (byte)(value >> 32)]
        ^ tables[((behind + 2) << 8) | (byte)(value >> 40)]
        ^ tables[((behind + 1) << 8) | (byte)(value >> 48)]
        ^ tables[(behind << 8) | (byte)(value >> 56)];

    static uint[] Tables(uint polynomial)
    {
        var tables = new uint[16 * 256];
        for (uint i = 0; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (polynomial & (0 - (crc & 1)));
            tables[i] = crc;
        }

        for (var i = 256; i < tables.Length; i++) tables[i] = tables[(byte)tables[i - 256]] ^ (tables[i - 256] >> 8);
        return tables;
    }

    static class IeeeTables
    {
        public static readonly uint[] Values = Tables(IeeePolynomial);
    }

    static class CastagnoliTables
    {
        public static readonly uint[] Values = Tables(CastagnoliPolynomial);
    }
}
