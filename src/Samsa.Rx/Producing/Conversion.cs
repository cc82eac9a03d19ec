namespace Samsa.Rx;

/// <summary>Batches in the format of an older broker.</summary>
static class Conversion
{
    /// <summary>The records of a batch in another format. Those that it cannot express are refused, and told so.</summary>
    public static List<OutgoingBatch> To(byte magic, OutgoingBatch batch, BatchSource source)
    {
        var parts = new List<OutgoingBatch>();
        OutgoingBatch? part = null;
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
                batch.Refuse(next++, PublishFailure.NoHeaders(batch.Lane.Topic, batch.Lane.Partition));
            }
        }

        Close(ref part, parts);
        return parts;
    }

    static OutgoingBatch Opened(byte magic, OutgoingBatch like, BatchSource source)
    {
        var batch = source.Take(magic);
        batch.Open(like.Lane, like.Since);
        return batch;
    }

    static void Close(ref OutgoingBatch? part, List<OutgoingBatch> parts)
    {
        if (part is { Count: > 0 }) parts.Add(part);
        else part?.Let();
        part = null;
    }
}
