namespace Samsa.Flow;

/// <summary>In which order the results of asynchronous work are told.</summary>
public enum AsyncOrder
{
    /// <summary>In the order of the elements: a result waits for those of all elements before it.</summary>
    Source,

    /// <summary>As they come.</summary>
    Completion,
}
