using System.Buffers;

namespace Samsa.Tests.Producing;

/// <summary>A pool that knows what is out, and spoils what comes back so that nobody can use it unnoticed.</summary>
sealed class TrackedPool : ArrayPool<byte>
{
    readonly HashSet<byte[]> outside = new(ReferenceEqualityComparer.Instance);

    public int Rented { get; private set; }

    public int Outside
    {
        get
        {
            lock (outside) return outside.Count;
        }
    }

    /// <summary>Arrays that came back though they were not out: returned twice, or not from here.</summary>
    public int Strangers { get; private set; }

    public override byte[] Rent(int minimumLength)
    {
        var array = new byte[minimumLength];
        lock (outside)
        {
            outside.Add(array);
            Rented++;
        }

        return array;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        lock (outside)
            if (!outside.Remove(array))
                Strangers++;
        array.AsSpan().Fill(0xAA);
    }
}
