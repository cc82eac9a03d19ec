using System.Runtime.CompilerServices;
using Samsa.Wire;

namespace Samsa.Tests.Wire;

/// <summary>Memory of frames is used again when nobody can see it any more, and never before.</summary>
public sealed class FramePoolTests
{
    const int Length = 128 * 1024;
    const int Most = 16 * Length;

    [Test]
    public void Frames_that_nobody_holds_share_a_few_arrays()
    {
        var pool = new FramePool(Most);
        var arrays = new HashSet<byte[]>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < 50; i++) RentOne(pool, arrays, frame => frame.Memory.Span[0]++);
        Assert.That(arrays, Has.Count.LessThanOrEqualTo(Most / Length));
        Assert.That(pool.KeptBytes, Is.LessThanOrEqualTo(Most));
    }

    [Test]
    public void Memory_that_is_kept_is_never_overwritten()
    {
        var pool = new FramePool(Most);
        var kept = new List<(byte Mark, ReadOnlyMemory<byte> Memory)>();
        for (var i = 0; i < 300; i++)
        {
            // Some in a row, so that some grow old, and others between those that go.
            var mark = (byte)(i % 251 + 1);
            if (Rented(pool, mark) is { } slice && i % 7 < 2) kept.Add((mark, slice));
            if (i % 40 == 39) kept.RemoveRange(0, kept.Count / 2);
        }

        foreach (var (mark, memory) in kept) Assert.That(memory.Span.IndexOfAnyExcept(mark), Is.EqualTo(-1), "other bytes were written into memory that was held");
    }

    [Test]
    public void A_span_from_outside_of_the_lending_call_keeps_the_memory_for_itself()
    {
        var pool = new FramePool(Most);
        var span = Later(pool, mark: 77);
        for (var i = 0; i < 100; i++) Rented(pool, mark: 1);
        Assert.That(span.IndexOfAnyExcept((byte)77), Is.EqualTo(-1));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static ReadOnlySpan<byte> Later(FramePool pool, byte mark) => Rented(pool, mark)!.Value.Span;
    }

    [Test]
    public void A_span_of_another_thread_keeps_the_memory_for_itself()
    {
        var pool = new FramePool(Most);
        var frame = pool.Rent(Length)!;
        frame.Lend();
        Assert.That(frame.Memory.Span.Length, Is.EqualTo(Length));
        Assert.That(frame.IsSeen, Is.False, "it is this call that looks");
        var other = new Thread(() => _ = frame.Memory.Span.Length);
        other.Start();
        other.Join();
        Assert.That(frame.IsSeen, Is.True);
    }

    [Test]
    public void An_array_or_a_pointer_that_is_taken_keeps_the_memory_for_itself([Values] bool pin)
    {
        var frame = new FramePool(Most).Rent(Length)!;
        frame.Lend();
        if (pin) frame.Memory.Pin().Dispose();
        else System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(frame.Memory, out _);
        Assert.That(frame.IsSeen, Is.True);
    }

    [Test]
    public void What_is_held_for_long_is_not_counted_any_more_and_nor_is_what_is_trimmed()
    {
        var pool = new FramePool(Most);
        var kept = Enumerable.Range(0, 40 * Most / Length).Select(_ => Rented(pool, 5)).ToList();
        for (var i = 0; i < 4; i++)
        {
            GC.Collect();
            pool.Trim();
        }

        Assert.That(pool.KeptBytes, Is.Zero);
        Assert.That(kept.All(memory => memory is null || memory.Value.Span[0] == 5), Is.True);
    }

    [Test]
    public void Small_frames_and_huge_ones_have_arrays_of_their_own()
    {
        var pool = new FramePool(Most);
        Assert.That(pool.Rent(FramePool.LeastBytes - 1), Is.Null);
        Assert.That(pool.Rent(Most), Is.Null);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void RentOne(FramePool pool, HashSet<byte[]> arrays, Action<Frame> look)
    {
        if (pool.Rent(Length) is not { } frame) return;
        arrays.Add(frame.Array);
        frame.Lend();
        look(frame);
        frame.TakeBack();
    }

    /// <summary>A part of a frame that was filled and lent; what goes away is the frame itself.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static ReadOnlyMemory<byte>? Rented(FramePool pool, byte mark)
    {
        if (pool.Rent(Length) is not { } frame) return null;
        Array.Fill(frame.Array, mark);
        frame.Lend();
        frame.TakeBack();
        return frame.Slice(10, Length - 20);
    }
}
