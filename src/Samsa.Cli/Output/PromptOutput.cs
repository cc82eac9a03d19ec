using System.Buffers;

namespace Samsa.Cli.Output;

/// <summary>Gathers output while much of it comes, and passes it on soon when little does.</summary>
/// <remarks>
/// Whoever writes stands between <see cref="Begin"/> and <see cref="End"/>. A full buffer goes out at once, anything else after <see cref="Patience"/>:
/// a person sees a record as it arrives, and a pipe gets large pieces.
/// </remarks>
sealed class PromptOutput : IDisposable
{
    /// <summary>The longest that bytes are kept; promised is 100 ms from arrival to output.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    const int Full = 64 * 1024;

    readonly Lock gate = new();
    readonly ArrayBufferWriter<byte> buffer = new(2 * Full);
    readonly CancellationTokenSource closed = new();
    readonly WriteBytes write;
    readonly ITimer timer;
    bool armed;
    Exception? failure;

    public PromptOutput(WriteBytes write, TimeProvider clock)
    {
        this.write = write;
        timer = clock.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when the output can take no more.</summary>
    public CancellationToken Closed => closed.Token;

    /// <summary>Enters; what is written to the returned buffer until <see cref="End"/> stays together.</summary>
    public IBufferWriter<byte> Begin()
    {
        gate.Enter();
        return buffer;
    }

    /// <exception cref="OutputClosedException">The reader has gone.</exception>
    public void End()
    {
        try
        {
            if (failure is not null) throw failure;
            if (buffer.WrittenCount >= Full) PassOn();
            else if (!armed && buffer.WrittenCount > 0)
            {
                armed = true;
                timer.Change(Patience, Timeout.InfiniteTimeSpan);
            }
        }
        finally
        {
            gate.Exit();
        }
    }

    public void Flush()
    {
        lock (gate)
        {
            if (failure is not null) throw failure;
            PassOn();
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        closed.Dispose();
    }

    void OnTimer()
    {
        lock (gate)
        {
            armed = false;
            // Nobody waits on a timer to hear of it: the next writer does.
            try
            {
                if (failure is null) PassOn();
            }
            catch (IOException)
            {
            }
        }
    }

    void PassOn()
    {
        try
        {
            if (buffer.WrittenCount > 0) write(buffer.WrittenSpan);
        }
        catch (IOException trouble)
        {
            failure = trouble;
            // On a thread of its own: whoever listens may want to write, and we hold the gate.
            _ = closed.CancelAsync();
            throw;
        }
        finally
        {
            buffer.ResetWrittenCount();
        }
    }
}
