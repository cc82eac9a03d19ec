namespace Samsa.Rx;

/// <summary>
/// A broker and this client could not agree on TLS: one does not trust the certificate of the other, or does not speak it there. The message says what to do.
/// </summary>
/// <remarks>
/// A running client tries again with its back-off, as certificates are renewed; it tells each try with <see cref="BrokerUnreachable"/>. At the start it is the
/// inner exception of <see cref="NoBrokersAvailableException"/>, at once, when all brokers failed so.
/// </remarks>
/// <param name="message">The sentence.</param>
/// <param name="inner">What led to it.</param>
public sealed class TlsException(string message, Exception? inner = null) : ConnectionException(message, inner)
{
    /// <summary>Whether a broker that is only starting or stopping could look the same, so that it is worth another try.</summary>
    internal bool MayPass { get; init; }
}
