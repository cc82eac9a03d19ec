using Samsa.Embedded.Serving;
using Samsa.Protocol;

namespace Samsa.Embedded;

/// <summary>Faults by script: which requests are not served as usual, and what happens to them instead.</summary>
/// <remarks>
/// <para>A fault is told in one sentence – which requests, whose, what becomes of them – and holds from its end on until
/// it is disposed or has met as many requests as it was to:</para>
/// <code>
/// kafka.Faults.Next(ApiKey.Produce).Answer(ErrorCode.NotLeaderOrFollower);              // once, and nothing is written
/// kafka.Faults.Next(ApiKey.Produce, times: 3).Applied().Close();                        // written, but nobody hears of it
/// using var slow = kafka.Faults.Each(ApiKey.Fetch).On(broker: 2).Delay(TimeSpan.FromSeconds(10));
/// using var dead = kafka.Faults.Each().On(broker: 3).Drop();                            // takes everything, answers nothing
/// </code>
/// <para>When several fit a request, the oldest that has not had its number of requests yet decides: faults that are told
/// one after the other are a script. Those that only watch are told of every request and never stand in the way.</para>
/// <para>Without faults a request costs what it costs otherwise.</para>
/// </remarks>
public sealed class EmbeddedFaults
{
    readonly Lock gate = new();
    volatile Fault[] faults = [];

    internal EmbeddedFaults(int remembered) => Remembered = remembered;

    /// <summary>How many requests a fault remembers.</summary>
    internal int Remembered { get; }

    internal bool IsEmpty => faults.Length == 0;

    /// <summary>The next requests of an API.</summary>
    /// <param name="api">The API.</param>
    /// <param name="times">How many requests; 1 or more.</param>
    public FaultTarget Next(ApiKey api, int times = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        return new FaultTarget(this) { Api = api, Times = times };
    }

    /// <summary>Every request of an API, for as long as the fault is not disposed.</summary>
    public FaultTarget Each(ApiKey api) => new(this) { Api = api };

    /// <summary>Every request, for as long as the fault is not disposed. Also those by which a client finds out what is spoken here.</summary>
    public FaultTarget Each() => new(this);

    /// <summary>Removes all faults, and lets go on what they hold.</summary>
    public void Clear()
    {
        foreach (var fault in faults) fault.Dispose();
    }

    internal Fault Add(Fault fault)
    {
        lock (gate) faults = [.. faults, fault];
        return fault;
    }

    internal void Remove(Fault fault)
    {
        lock (gate) faults = [.. faults.Where(one => one != fault)];
    }

    /// <summary>The fault that decides about a request, after all who watch were told; null when it is served as usual.</summary>
    internal (Fault Fault, EmbeddedRequest Request)? Meet(in EmbeddedRequest noted, Asked asked)
    {
        (Fault, EmbeddedRequest)? deciding = null;
        EmbeddedRequest? whole = null;
        foreach (var fault in faults)
        {
            if (!fault.Watches && deciding is not null || !fault.Concerns(noted)) continue;
            // The bytes of the request are good only until it is answered; what is remembered has its own.
            whole ??= noted with { Content = new EmbeddedRequest.Body(asked.Body.ToArray(), asked.Flexible) };
            if (fault.Take(whole.Value) && !fault.Watches) deciding = (fault, whole.Value);
        }

        return deciding;
    }
}
