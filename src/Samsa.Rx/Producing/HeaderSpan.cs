using System.Runtime.InteropServices;
using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>Headers as the writer takes them.</summary>
static class HeaderSpan
{
    /// <summary>The headers, without copying when they are an array or a list.</summary>
    public static ReadOnlySpan<RecordHeader> Of(IReadOnlyList<RecordHeader>? headers) => headers switch
    {
        null => default,
        RecordHeader[] array => array,
        List<RecordHeader> list => CollectionsMarshal.AsSpan(list),
        _ => headers.ToArray(),
    };
}
