using Samsa.Embedded.Cluster;
using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Embedded.Storage;

/// <summary>Brings what was read into an older format, for readers that know no other.</summary>
static class DownConversion
{
    /// <summary>Converts the records of a reading.</summary>
    /// <param name="reading">What was read.</param>
    /// <param name="magic">The format, 0 or 1.</param>
    /// <param name="limit">The most bytes that may come out; what is more is cut, as readers of these formats expect.</param>
    public static Reading Convert(Reading reading, byte magic, int limit)
    {
        try
        {
            var converted = RecordConversion.Convert(reading.Records, magic);
            return reading with { Records = converted.AsMemory(0, Math.Min(converted.Length, limit)) };
        }
        catch (NotSupportedException)
        {
            // zstd does not go with these formats, and a codec whose library is missing cannot be taken apart.
            return Reading.Failed(ErrorCode.UnsupportedCompressionType);
        }
        catch (CorruptBatchException)
        {
            return Reading.Failed(ErrorCode.CorruptMessage);
        }
    }
}
