namespace Samsa.Rx;

/// <summary>A request on its way.</summary>
/// <param name="Version">The version it is asked in.</param>
/// <param name="Written">
/// Ends, and never fails, when the connection will not look at the bytes of the request any more: they are on their way, or the
/// request will never be sent. Only then may their buffers be used for something else.
/// </param>
/// <param name="Answer">The answer, or a <see cref="ConnectionException"/> that tells whether the request may have been sent.</param>
readonly record struct Asked<TResponse>(short Version, Task Written, Task<TResponse> Answer);
