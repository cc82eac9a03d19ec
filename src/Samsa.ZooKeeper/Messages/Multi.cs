namespace Samsa.ZooKeeper.Messages;

/// <summary>Several operations that happen together or not at all. A list without a count, so it is written by hand.</summary>
static class Multi
{
    /// <summary>More operations do not fit a request of a mebibyte.</summary>
    const int Most = 100_000;

    /// <summary>The type of a result that is an error.</summary>
    const int ErrorType = -1;

    public static ApiDescription Api { get; } = new(14, "Multi", 0, 0, short.MaxValue);

    public sealed record Request : IMessage<Request>, IRequest<Response>
    {
        public IReadOnlyList<IRequest> Operations { get; init; } = [];

        ApiDescription IRequest.Api => Api;

        public static Request Read(ref WireReader reader, short version)
        {
            reader.Jute = true;
            var operations = new List<IRequest>();
            while (new MultiHeader(ref reader, version) is { Done: false } header)
            {
                operations.Add(header.Type switch
                {
                    1 => Create.Request.Read(ref reader, version),
                    2 => Delete.Request.Read(ref reader, version),
                    5 => SetData.Request.Read(ref reader, version),
                    13 => Check.Request.Read(ref reader, version),
                    15 => Create2.Request.Read(ref reader, version),
                    19 => CreateContainer.Request.Read(ref reader, version),
                    21 => CreateTtl.Request.Read(ref reader, version),
                    _ => throw new ProtocolException($"Multi has an operation of type {header.Type}, which is not known"),
                });
                CheckCount(operations.Count);
            }

            return new() { Operations = operations };
        }

        public void Write(WireWriter writer, short version)
        {
            writer.Jute = true;
            foreach (var operation in Operations)
            {
                new MultiHeader { Type = operation.Api.Key }.WriteFields(writer, version);
                operation.Write(writer, version);
            }

            new MultiHeader { Done = true }.WriteFields(writer, version);
        }
    }

    public sealed record Response : IMessage<Response>
    {
        public IReadOnlyList<Result> Results { get; init; } = [];

        public static Response Read(ref WireReader reader, short version)
        {
            reader.Jute = true;
            var results = new List<Result>();
            while (new MultiHeader(ref reader, version) is { Done: false } header)
            {
                results.Add(header.Type switch
                {
                    ErrorType => new(header.Type, new ErrorResult(ref reader, version).Error),
                    1 => new(header.Type, Answer: Create.Response.Read(ref reader, version)),
                    2 => new(header.Type, Answer: Delete.Response.Read(ref reader, version)),
                    5 => new(header.Type, Answer: SetData.Response.Read(ref reader, version)),
                    13 => new(header.Type, Answer: Check.Response.Read(ref reader, version)),
                    15 => new(header.Type, Answer: Create2.Response.Read(ref reader, version)),
                    _ => throw new ProtocolException($"Multi has a result of type {header.Type}, which is not known"),
                });
                CheckCount(results.Count);
            }

            return new() { Results = results };
        }

        public void Write(WireWriter writer, short version)
        {
            writer.Jute = true;
            foreach (var result in Results)
            {
                new MultiHeader { Type = result.Type, Error = result.Error }.WriteFields(writer, version);
                if (result.Answer is null) new ErrorResult { Error = result.Error }.WriteFields(writer, version);
                else result.Answer.Write(writer, version);
            }

            new MultiHeader { Done = true }.WriteFields(writer, version);
        }
    }

    /// <summary>How one operation ended.</summary>
    /// <param name="Type">The number of its API, or <see cref="ErrorType"/>.</param>
    /// <param name="Error">Its error.</param>
    /// <param name="Answer">Its answer; null when it is an error.</param>
    public sealed record Result(int Type, ZooKeeperError Error = ZooKeeperError.Ok, IMessage? Answer = null);

    static void CheckCount(int count)
    {
        if (count > Most) throw new ProtocolException($"Multi has more than {Most} operations");
    }
}
