using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>The headers of one record, to be walked with <c>foreach</c>. Nothing is allocated.</summary>
public readonly struct RecordHeaders
{
    readonly RecordBatch batch;
    readonly int start;

    internal RecordHeaders(RecordBatch batch, int start) => (this.batch, this.start) = (batch, start);

    /// <summary>How many there are.</summary>
    public int Count => GetEnumerator().Remaining;

    /// <summary>Walks the headers.</summary>
    /// <returns>A cursor before the first one.</returns>
    public RecordHeaderCursor GetEnumerator() => batch is null ? default : batch.HeadersAt(start);

    /// <summary>The last header of a name: a later one stands for those before it.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The header, or null when there is none of that name.</returns>
    public RecordHeader? Last(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Count == 0) return null;
        RecordHeader? last = null;
        var wanted = Encoding.UTF8.GetBytes(name);
        foreach (var header in this)
            if (header.NameUtf8.Span.SequenceEqual(wanted))
                last = header;
        return last;
    }

    /// <summary>The headers in an array, to be kept or queried.</summary>
    /// <returns>A new array; the headers are still views of the batch.</returns>
    public RecordHeader[] ToArray()
    {
        var all = new RecordHeader[Count];
        var at = 0;
        foreach (var header in this) all[at++] = header;
        return all;
    }
}
