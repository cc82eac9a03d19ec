using System.Net.Sockets;

namespace Samsa.Rx;

/// <summary>Why a connection ended.</summary>
/// <param name="Why">The end of a sentence that begins with "the connection was closed because".</param>
/// <param name="Error">The error; null when nothing was wrong.</param>
/// <param name="IsTimeout">Whether something took too long.</param>
sealed record Ending(string Why, Exception? Error = null, bool IsTimeout = false)
{
    /// <summary>Whether nothing was wrong.</summary>
    public bool IsPeaceful => Error is null && !IsTimeout;

    /// <summary>What a request learns of it. Every waiter gets an exception object of its own.</summary>
    public ConnectionException Failure(BrokerConnection connection, IRequest request, bool sent)
    {
        var reason = (Error as SocketException ?? Error?.InnerException as SocketException) is { } socket ? $"{Why} ({socket.SocketErrorCode})" : Error is ProtocolException ? $"{Why}: {Error.Message.TrimEnd('.')}" : Why;
        return new(sent
            ? $"{request.Api.Name} to broker {connection.Broker} has no answer, and its outcome is unknown: {reason}."
            : $"{request.Api.Name} was not sent to broker {connection.Broker}: {reason}.", Error)
        {
            MayHaveBeenSent = sent,
            IsTimeout = IsTimeout,
            Broker = connection.Broker,
            Api = request.Api.Name,
        };
    }
}
