namespace Samsa.Wire;

/// <summary>The memory of large frames, used again when the collector has found that nobody holds the frame any more.</summary>
/// <remarks>
/// <para>An array of this size lives with the oldest objects, so giving each frame a new one makes the collector look through everything, often. Here
/// frames are small objects over arrays that stay; finding out that a small young object is gone costs a collection of the young objects, a fraction of
/// a millisecond.</para>
/// <para>It keeps about twice what a collection finds held, so that there is as much to be lent again as is held. When all of that is lent and no
/// collection has happened by itself, the pool asks for one. It does so at most once for each time that half of its memory was lent, and gives up for
/// longer and longer when it is of no use, because the frames are kept.</para>
/// </remarks>
/// <param name="most">How many bytes it keeps at most, lent or free.</param>
public sealed class FramePool(long most = FramePool.DefaultBytes)
{
    /// <summary>What a pool keeps at most when nothing else was said: 64 MiB.</summary>
    public const long DefaultBytes = 64 << 20;

    /// <summary>What it keeps when next to nothing is held: fewer bytes would mean more collections.</summary>
    const long FirstBytes = 16 << 20;

    /// <summary>Smaller frames are not worth it: their arrays die young.</summary>
    public const int LeastBytes = 64 << 10;

    /// <summary>A collection that was of no use makes the next wait for twice as much, up to this many times half of the memory.</summary>
    const int MostPatience = 64;

    readonly Lock gate = new();
    readonly List<byte[]> free = [];
    readonly List<Loan> lent = [];
    readonly Stack<Loan> blank = new();
    long kept;
    // What is kept before a collection is asked for.
    long goal = Math.Min(most, FirstBytes);
    // What the last look found held, or not yet collected.
    long held;
    long lentSince;
    int patience = 1;
    int collections, olderCollections;

    /// <summary>How many bytes it keeps now, lent or free.</summary>
    public long KeptBytes
    {
        get
        {
            lock (gate) return kept;
        }
    }

    /// <summary>Memory for a frame.</summary>
    /// <param name="length">The length of the frame in bytes.</param>
    /// <returns>A frame; null when there is nothing to be gained, and the frame may as well have an array of its own.</returns>
    public Frame? Rent(int length)
    {
        if (length < LeastBytes || length > most / 2) return null;
        lock (gate)
        {
            lentSince += SizeFor(length);
            if (Find(length) is { } array || MayMake(length) && (array = Make(length)) is not null) return Lend(array, length);
            return null;
        }
    }

    /// <summary>Lets go of what is free.</summary>
    public void Trim()
    {
        lock (gate)
        {
            Reclaim();
            foreach (var array in free) kept -= array.Length;
            free.Clear();
        }
    }

    byte[]? Find(int length)
    {
        if (Take(length) is { } array) return array;
        // Whatever collection there was may have found some.
        if (collections != GC.CollectionCount(0) && Reclaim() && Take(length) is { } found) return found;
        if (kept + SizeFor(length) <= goal || lentSince < goal / 2 * patience) return null;
        lentSince = 0;
        GC.Collect(1, GCCollectionMode.Forced, blocking: true, compacting: false);
        patience = Reclaim() ? 1 : Math.Min(2 * patience, MostPatience);
        // Only now is what looks held really held. The goal rises at once and falls slowly: how much it is changes from one collection to the next.
        var wanted = Math.Clamp(2 * held, Math.Min(most, FirstBytes), most);
        goal = Math.Max(wanted, goal - (goal - wanted) / 8);
        return Take(length);
    }

    byte[]? Take(int length)
    {
        for (var i = free.Count - 1; i >= 0; i--)
        {
            var array = free[i];
            if (array.Length < length || array.Length / 2 > length) continue;
            free.RemoveAt(i);
            return array;
        }

        return null;
    }

    bool MayMake(int length)
    {
        var size = SizeFor(length);
        // Arrays of sizes that are not asked for any more make room.
        for (var i = free.Count - 1; i >= 0 && kept + size > goal; i--)
        {
            kept -= free[i].Length;
            free.RemoveAt(i);
        }

        return kept + size <= goal;
    }

    byte[] Make(int length)
    {
        var array = GC.AllocateUninitializedArray<byte>(SizeFor(length));
        kept += array.Length;
        return array;
    }

    Frame Lend(byte[] array, int length)
    {
        var loan = blank.TryPop(out var used) ? used : new Loan();
        var frame = new Frame(array, length, loan);
        loan.Begin(array, frame);
        lent.Add(loan);
        return frame;
    }

    /// <summary>Looks which frames are gone.</summary>
    /// <returns>Whether any was.</returns>
    bool Reclaim()
    {
        var isOlder = olderCollections != GC.CollectionCount(1);
        (collections, olderCollections) = (GC.CollectionCount(0), GC.CollectionCount(1));
        var any = false;
        held = 0;
        for (var i = lent.Count - 1; i >= 0; i--)
        {
            var loan = lent[i];
            // What is kept for long is let go: the pool must not hold memory that its users have dropped since.
            if (loan.IsHeld && !loan.IsSeen && !(isOlder && ++loan.Age > 4))
            {
                held += loan.Array.Length;
                continue;
            }

            if (loan.IsHeld || loan.IsSeen) kept -= loan.Array.Length;
            else free.Add(loan.Array);
            any |= !loan.IsHeld;
            // Its frame may still write into it, so that it cannot be used for another one.
            if (!loan.IsHeld) blank.Push(loan.End());
            lent[i] = lent[^1];
            lent.RemoveAt(lent.Count - 1);
        }

        return any;
    }

    // Frames of about the same length can use the same array.
    static int SizeFor(int length)
    {
        var step = Math.Max(LeastBytes, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length) / 8);
        return (length + step - 1) / step * step;
    }

    /// <summary>An array and the frame that has it.</summary>
    internal sealed class Loan
    {
        // Also sees what a finalizer brings back to life: while this has lost its target nobody can ever find the frame again.
        readonly WeakReference<Frame> borrower = new(null!, trackResurrection: true);
        volatile bool isSeen;

        public byte[] Array { get; private set; } = [];

        public bool IsSeen
        {
            get => isSeen;
            set => isSeen = value;
        }

        public int Age { get; set; }

        public bool IsHeld => borrower.TryGetTarget(out _);

        public void Begin(byte[] array, Frame frame)
        {
            (Array, isSeen, Age) = (array, false, 0);
            borrower.SetTarget(frame);
        }

        public Loan End()
        {
            Array = [];
            return this;
        }
    }
}
