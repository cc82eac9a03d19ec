namespace Samsa.Flow;

/// <summary>What happens to an element that finds a buffer full.</summary>
public enum BufferOverflow
{
    /// <summary>The thread that gives it waits in <c>OnNext</c>: the back pressure of Rx. Not for sources that give on the thread that
    /// takes.</summary>
    Wait,

    /// <summary>The stream ends with a <see cref="BufferFullException"/>.</summary>
    Fail,

    /// <summary>It is dropped.</summary>
    DropNewest,

    /// <summary>What has waited longest is dropped, and it takes the place.</summary>
    DropOldest,
}

/// <summary>A buffer with <see cref="BufferOverflow.Fail"/> was full.</summary>
public sealed class BufferFullException(int capacity)
    : InvalidOperationException($"{capacity} elements were waiting to be taken, and another one came.")
{
    /// <summary>How many elements the buffer holds.</summary>
    public int Capacity => capacity;
}
