using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Samsa.Rx;

/// <summary>Makes connections secret, all in the way that the options say.</summary>
sealed class Tls
{
    readonly X509Certificate2Collection? authorities;
    readonly SslStreamCertificateContext? own;
    readonly TlsOptions options;

    /// <summary>Reads the files that the options name.</summary>
    /// <exception cref="TlsException">One of them cannot be used.</exception>
    public Tls(TlsOptions options) =>
        (this.options, authorities, own) = (options, CertificateFiles.Authorities(options), CertificateFiles.Own(options));

    /// <summary>Shakes hands with a broker.</summary>
    /// <param name="socket">The connection, on which nothing was said yet. It is disposed with the stream, or when this fails.</param>
    /// <param name="host">The name that the certificate of the broker must have.</param>
    /// <param name="address">The broker, for people.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="TlsException">They could not agree.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<SslStream> SecureAsync(Socket socket, string host, string address, CancellationToken ct)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        string? refused = null;
        var wasShown = false;
        try
        {
            await stream.AuthenticateAsClientAsync(Wishes(host, (_, certificate, chain, errors) =>
            {
                wasShown = true;
                refused = CertificateTrouble.Words(host, certificate as X509Certificate2, chain, errors);
                return errors == SslPolicyErrors.None;
            }), ct).ConfigureAwait(false);
            return stream;
        }
        catch (Exception error)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (error is OperationCanceledException) throw;
            throw Failure(address, refused, wasShown, error);
        }
    }

    /// <summary>What is wished of a handshake.</summary>
    /// <param name="host">The name that the certificate must have; null when who connects knows it.</param>
    /// <param name="judge">Told what was found out of the certificate, and has the last word; null for yes, when nothing is wrong with it.</param>
    public SslClientAuthenticationOptions Wishes(string? host, RemoteCertificateValidationCallback? judge = null) => new()
    {
        TargetHost = host,
#pragma warning disable CA5398 // Older ones are broken, and newer ones are not known to be good: that is not left to the system.
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
        AllowRenegotiation = false,
        ClientCertificateContext = own,
        CertificateChainPolicy = Policy(),
        RemoteCertificateValidationCallback = judge,
    };

    X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = options.Revocation,
            RevocationFlag = X509RevocationFlag.ExcludeRoot,
            // A broker sends what lies between its certificate and the authority; nobody else is asked for it.
            DisableCertificateDownloads = true,
        };
        if (authorities is null) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    TlsException Failure(string address, string? refused, bool wasShown, Exception error)
    {
        if (refused is not null) return Told($"its certificate is refused: {refused}", error);
        if (wasShown) return Told($"it broke the handshake off: {Refusal(options, error)}", error);
        return error is AuthenticationException && !IsNoTls(error)
            ? Told($"no version or cipher of TLS is common to both, or it broke the handshake off ({Deepest(error)})", error)
            : Told("the broker does not speak TLS on this port; give the port of its SSL listener, or leave TLS out", error, mayPass: error is not AuthenticationException);

        TlsException Told(string why, Exception inner, bool mayPass = false) =>
            new($"{address} cannot be used: {why}.", inner) { Broker = address, MayPass = mayPass };
    }

    /// <summary>What a broker means that ends the connection instead of answering, after both have shaken hands: with TLS 1.3 it looks at our certificate only then.</summary>
    public static string Refusal(TlsOptions options, Exception? error = null) =>
        (options is { CertificateFile: null, Certificate: null }
            ? "it probably wants a certificate of this client; give one (CertificateFile and KeyFile, or ssl.certificate.location and ssl.key.location)"
            : "it probably does not accept the certificate of this client, which must come from an authority that it trusts")
        + (error is null ? "" : $" ({Deepest(error)})");

    // The runtime says so in words only when the first bytes are not those of a record of TLS.
    static bool IsNoTls(Exception error) => error is AuthenticationException && error.InnerException is null;

    static string Deepest(Exception error)
    {
        while (error.InnerException is { } inner) error = inner;
        return Foreign.Text(error.Message.TrimEnd('.'));
    }
}
