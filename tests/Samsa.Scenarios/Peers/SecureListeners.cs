using System.Text.Json;

namespace Samsa.Scenarios.Peers;

/// <summary>Where a published broker speaks TLS, and the files that fit it.</summary>
/// <param name="Ssl">A listener that asks for no certificate.</param>
/// <param name="Mtls">A listener that lets only those in who have one.</param>
/// <param name="Authority">The certificate of the authority of all of them.</param>
/// <param name="Certificate">A certificate for clients.</param>
/// <param name="Key">Its private key.</param>
sealed record SecureListeners(string Ssl, string Mtls, string Authority, string Certificate, string Key)
{
    public static SecureListeners From(JsonElement listeners, JsonElement files) => new(
        listeners.GetProperty("ssl").GetString()!, listeners.GetProperty("mtls").GetString()!,
        files.GetProperty("ca").GetString()!, files.GetProperty("client_certificate").GetString()!, files.GetProperty("client_key").GetString()!);
}
