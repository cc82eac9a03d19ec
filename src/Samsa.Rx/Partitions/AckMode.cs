namespace Samsa.Rx;

/// <summary>When a record that was delivered counts as dealt with, so that the position of its partition may go past it.</summary>
public enum AckMode
{
    /// <summary>
    /// When <c>OnNext</c> returns, unless <see cref="KafkaRecord.Defer"/> was called in it: then when all leases that were given are completed. Plain LINQ is
    /// right by itself, and so are the operators of <c>Samsa.Flow</c>; stock operators that keep records (<c>Buffer</c>, <c>ObserveOn</c>,
    /// <c>SelectMany</c> with tasks, <c>Delay</c>) acknowledge too early.
    /// </summary>
    OnReturn,

    /// <summary>
    /// When a lease of it is completed, and not before: <c>record.Defer().Complete()</c>, at any time. For operators that know no leases. Each record must be completed,
    /// also those that are filtered out, or the reading stops at its limits.
    /// </summary>
    Explicit,

    /// <summary>At once. Nothing is tracked: for pages, tools, and whoever keeps no positions.</summary>
    None,
}
