namespace Samsa.Rx;

/// <summary>Batches in the format of an older broker.</summary>
static class Conversion
{
    /// <summary>The records of a batch in another format. Those that it cannot express are refused, and told so.</summary>
    public static List<Batch> To(byte magic, Batch batch, BatchSource source)
    {
        var parts = new List<Batch>();
        Batch? part = null;
        for (var next = 0; next < batch.Count;)
        {
            var target = part ??= Opened(magic, batch, source);
            var before = target.Count;
            try
            {
                next += batch.CopyTo(target, next, batch.Count - next);
                if (next < batch.Count) Close(ref part, parts);
            }
            catch (ArgumentException)
            {
                next += target.Count - before;
                batch.Refuse(next++, new PublishException(
                    $"A record for {batch.Lane.Topic} {batch.Lane.Partition} was not written: it has headers, and the broker is older than Kafka 0.11, which does not know them.",
                    Outcome.NotPersisted, ErrorCode.UnsupportedForMessageFormat, batch.Lane.Topic, batch.Lane.Partition));
            }
        }

        Close(ref part, parts);
        return parts;
    }

    static Batch Opened(byte magic, Batch like, BatchSource source)
    {
        var batch = source.Take(magic);
        batch.Open(like.Lane, like.Since);
        return batch;
    }

    static void Close(ref Batch? part, List<Batch> parts)
    {
        if (part is { Count: > 0 }) parts.Add(part);
        else part?.Let();
        part = null;
    }
}
