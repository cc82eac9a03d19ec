using System.Net.Security;
using System.Net.Sockets;

namespace Samsa.Rx;

/// <summary>A socket that is connected, on which nothing but questions for versions was said yet.</summary>
/// <param name="address">Where it leads to.</param>
/// <param name="socket">The socket.</param>
/// <param name="secure">The stream over it, when the hands are shaken; null for plain text.</param>
/// <param name="options">How long answers may be, and who we are.</param>
sealed class Dialled(BrokerAddress address, Socket socket, SslStream? secure, KafkaOptions options) : IDisposable
{
    public BrokerAddress Address => address;

    public Socket Socket => socket;

    /// <summary>Whether what is said here is secret.</summary>
    public bool IsSecure => secure is not null;

    public FrameReader Incoming { get; } = secure is null ? new(socket, options.MaxFrameBytes) : new(secure, options.MaxFrameBytes);

    public Outgoing Outgoing { get; } = new(socket, secure, options.ClientId);

    /// <summary>The correlation id of the next request.</summary>
    public int Correlation { get; private set; } = 1;

    /// <summary>Asks one thing and waits for the whole answer.</summary>
    /// <returns>The bytes behind the correlation id; null when the peer closed the connection instead.</returns>
    /// <exception cref="ProtocolException">What came is no answer to it.</exception>
    /// <exception cref="TlsException">The peer ended TLS: since 1.3 it looks at our certificate only when the handshake is over for us.</exception>
    /// <exception cref="ConnectionException">Nothing came within <see cref="KafkaOptions.RequestTimeout"/>.</exception>
    public async Task<ReadOnlyMemory<byte>?> ExchangeAsync(string api, Action<Outgoing, int> add, CancellationToken ct)
    {
        var id = Correlation++;
        using var patience = new CancellationTokenSource(options.RequestTimeout, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            add(Outgoing, id);
            await Outgoing.FlushAsync();
            if (await Incoming.ReadAsync(both.Token) is not { } frame) return null;
            var read = Framing.ReadCorrelationId(frame);
            return read == id ? frame[4..] : throw new ProtocolException($"The answer to request {id} ({api}) was expected, that to {read} came");
        }
        catch (IOException error) when (IsSecure && error.InnerException is not (null or SocketException))
        {
            throw new TlsException($"{address} shook hands and ended TLS then: {Tls.Refusal(options.Tls!, error)}.", error) { Broker = address.ToString() };
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
        {
            return null;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new ConnectionException($"{address} accepted the connection and did not answer {api} within {options.RequestTimeout}.")
            {
                IsTimeout = true,
                MayHaveBeenSent = true,
                Broker = address.ToString(),
                Api = api,
            };
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        secure?.Dispose();
    }
}
