namespace Samsa.Embedded.Serving;

/// <summary>A request that a broker answers by closing the connection.</summary>
/// <param name="reason">Why, for the log.</param>
sealed class RefusedRequestException(string reason) : Exception(reason);
