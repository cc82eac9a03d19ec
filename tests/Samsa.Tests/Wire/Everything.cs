using Samsa.Wire;

namespace Samsa.Tests.Wire;

enum Small : sbyte
{
    None,
    Some = 3,
}

/// <summary>An API that has every kind of field in every place; what Kafka's own messages leave out is tested on it.</summary>
[Api(30000, "1-6", Flexible = 4)]
static partial class Everything
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public bool Boolean { get; init; } = true;
        public Small Small { get; init; } = Small.Some;
        public ushort UInt16 { get; init; } = 9;
        public uint UInt32 { get; init; }
        public double Float64 { get; init; } = 0.5;
        public ReadOnlyMemory<byte> Bytes { get; init; }

        [NullableSince(3)]
        public ReadOnlyMemory<byte>? MaybeBytes { get; init; } = ReadOnlyMemory<byte>.Empty;

        public Part Always { get; init; } = new();
        public Part? Maybe { get; init; }

        [Since(2), Until(5), NullableSince(4)]
        public Part? MaybeLater { get; init; } = new();

        [Since(3), Until(3)]
        public IReadOnlyList<Small>? Smalls { get; init; } = [];

        public IReadOnlyList<Guid> Ids { get; init; } = [];
        public IReadOnlyList<bool> Flags { get; init; } = [];
        public IReadOnlyList<double> Numbers { get; init; } = [];
        public IReadOnlyList<ReadOnlyMemory<byte>> Blobs { get; init; } = [];

        /// <summary>Not a field: it cannot be set.</summary>
        public int Doubled => UInt16 * 2;

        public sealed partial record Part
        {
            public string Name { get; init; } = "";

            [Since(4), Tag(1)]
            public long Size { get; init; } = -1;

            public IReadOnlyList<Leaf> Leaves { get; init; } = [];

            public sealed partial record Leaf
            {
                [Since(3)]
                public short Value { get; init; }

                [Until(4)]
                public int Old { get; init; } = 7;
            }
        }
    }

    public sealed partial record Response : IMessage<Response>
    {
        [Since(4), Tag(0)]
        public bool Boolean { get; init; } = true;

        [Since(4), Tag(3)]
        public string Text { get; init; } = "text";

        [Since(5), Until(5), Tag(2)]
        public string? MaybeText { get; init; }

        [Since(4), Tag(1), NullableSince(5)]
        public IReadOnlyList<string>? Texts { get; init; } = [];

        [Since(4), Tag(400)]
        public IReadOnlyList<int>? Numbers { get; init; }

        [Since(4), Tag(5)]
        public ReadOnlyMemory<byte> Bytes { get; init; }

        [Since(4), Tag(6)]
        public ReadOnlyMemory<byte>? MaybeBytes { get; init; }

        [Since(4), Tag(7)]
        public Part? MaybePart { get; init; }

        [Since(4), Tag(8)]
        public IReadOnlyList<Part> Parts { get; init; } = [];

        [Since(4), Tag(9)]
        public double Float64 { get; init; }

        [Since(4), Tag(10)]
        public Small Small { get; init; }

        public sealed partial record Part
        {
            [Since(5), Tag(0)]
            public Guid Id { get; init; }
        }
    }
}

/// <summary>An API that is never flexible.</summary>
[Api(30001, "2")]
static partial class NeverFlexible
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string? Name { get; init; }
    }

    public sealed partial record Response : IMessage<Response>;
}

/// <summary>An API that always was flexible.</summary>
[Api(30002, " 0 - 1 ", Flexible = 0)]
static partial class AlwaysFlexible
{
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public string? Name { get; init; }

        [Tag(0)]
        public int Number { get; init; }
    }

    public sealed partial record Response : IMessage<Response>
    {
        public Response() => Made = 5;

        [Since(1)]
        public int Made { get; init; }
    }
}
