using Samsa.Protocol.Compression;

namespace Samsa.Rx;

/// <summary>How records are written: how safely, in what batches, with how much memory. Change single things with <c>with</c>.</summary>
/// <remarks>What contradicts itself (idempotent with <see cref="Acks.Leader"/>) is refused when the options are used, with a sentence that names both settings.</remarks>
public sealed partial record SinkOptions
{
    /// <summary>Who must have a record before it counts as written. Java: acks.</summary>
    public Acks Acks { get; init => field = Option.Known(value); } = Acks.All;

    /// <summary>
    /// Whether brokers number the batches and drop repetitions, so that a retry neither doubles nor reorders (KIP-98). <c>null</c>: where it can be had,
    /// that is with <see cref="Acks.All"/> and brokers of 0.11 or later. Java: enable.idempotence.
    /// </summary>
    public bool? Idempotent { get; init; }

    /// <summary>Which partition a record goes to, when it does not say. Java: partitioner.class.</summary>
    public IPartitioner Partitioner { get; init => field = Option.Given(value); } = Partitioners.Murmur2;

    /// <summary>How batches are compressed. Java: compression.type.</summary>
    public CompressionCodec Compression { get; init => field = Option.Known(value); }

    /// <summary>
    /// How long a batch that still has room waits for more records. Zero waits for nothing but the requests before it: what gathers
    /// while they are under way goes out together. Java: linger.ms.
    /// </summary>
    public TimeSpan Linger
    {
        get;
        init => field = Option.Between(TimeSpan.Zero, value, TimeSpan.FromHours(1));
    }

    /// <summary>The size at which a batch is full, in bytes before compression. A larger record gets a batch of its own. Java: batch.size.</summary>
    public int BatchBytes
    {
        get;
        init => field = Option.Between(256, value, 256 * 1024 * 1024);
    } = 256 * 1024;

    /// <summary>The most bytes of batches in one request, and the size of the largest record, before compression. Java: max.request.size.</summary>
    public int RequestBytes
    {
        get;
        init => field = Option.Between(256, value, 1024 * 1024 * 1024);
    } = 1024 * 1024;

    /// <summary>The most bytes of batches that wait, are under way, or whose reports an observer has not taken yet. Java: buffer.memory.</summary>
    public long BufferBytes
    {
        get;
        init => field = Option.Between(1024, value, 1L << 40);
    } = 32 * 1024 * 1024;

    /// <summary>What happens to a record that finds the buffer full.</summary>
    public Overflow Overflow { get; init => field = Option.Known(value); }

    /// <summary>How long a record may wait for room in the buffer, or for its topic to become known. Java: max.block.ms.</summary>
    public TimeSpan BlockTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.Zero, value, TimeSpan.FromDays(1));
    } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a record may take from the call to its report, with all tries. Then it is <see cref="Outcome.NotPersisted"/>, or
    /// <see cref="Outcome.Unknown"/> if any try may have reached the log. Java: delivery.timeout.ms.
    /// </summary>
    public TimeSpan DeliveryTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromDays(20));
    } = TimeSpan.FromMinutes(2);

    /// <summary>How long a broker may wait for the replicas that <see cref="Acks"/> asks for; its answer may take some seconds more. Java: request.timeout.ms.</summary>
    public TimeSpan RequestTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromHours(1));
    } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a batch is sent again. Without idempotence a repetition may double the batch; zero tries once, and what no answer settled is <see cref="Outcome.Unknown"/>. Java: retries.
    /// </summary>
    public int Retries
    {
        get;
        init => field = Option.Between(0, value, int.MaxValue);
    } = int.MaxValue;

    /// <summary>The waits between tries; <c>null</c> takes those of <see cref="KafkaOptions.Retry"/>. Java: retry.backoff.ms, retry.backoff.max.ms.</summary>
    public BackOff? Retry { get; init; }

    /// <summary>How many requests may be under way to one broker. Java: max.in.flight.requests.per.connection.</summary>
    public int InFlight
    {
        get;
        init => field = Option.Between(1, value, 50);
    } = 5;

    /// <summary>
    /// How many batches of one partition may be under way. <c>null</c>: five when idempotent, where the broker keeps their order; otherwise one.
    /// More without idempotence is faster on long ways, and a retry may reorder.
    /// </summary>
    public int? InFlightPerPartition
    {
        get;
        init => field = value is { } some ? Option.Between(1, some, 50) : null;
    }

    /// <summary>How long disposing waits for what was accepted; then the rest is reported as it stands.</summary>
    public TimeSpan FlushTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.Zero, value, TimeSpan.FromDays(1));
    } = TimeSpan.FromSeconds(30);

    /// <summary>Whether brokers shall number the batches: wished for or left open, and the other settings allow it.</summary>
    internal bool WantsIdempotence => Idempotent ?? Acks is Acks.All && Retries > 0;

    /// <summary>Refuses what contradicts itself.</summary>
    /// <exception cref="ArgumentException">Two settings cannot both be.</exception>
    internal SinkOptions Checked()
    {
        if (Idempotent is true)
        {
            Conflict(Acks is not Acks.All, $"Idempotent needs Acks = All, and Acks is {Acks}");
            Conflict(Retries == 0, "Idempotent needs retries, and Retries is 0");
            Conflict(InFlightPerPartition > 5, $"Idempotent allows at most 5 batches of a partition under way, and InFlightPerPartition is {InFlightPerPartition}");
        }

        Conflict(BufferBytes < Math.Min(BatchBytes, RequestBytes), $"BufferBytes is {BufferBytes}, too small for one batch of {Math.Min(BatchBytes, RequestBytes)} bytes");
        return this;

        static void Conflict(bool so, string sentence)
        {
            if (so) throw new ArgumentException(sentence + ".", nameof(SinkOptions));
        }
    }
}
