using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Samsa.Embedded.Serving;

/// <summary>How brokers speak TLS.</summary>
static class BrokerTls
{
    /// <summary>So long a client may take until the hands are shaken.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What each handshake wants; null when the options have no certificate.</summary>
    public static SslServerAuthenticationOptions? From(EmbeddedKafkaOptions options) => options.Certificate is not { } certificate ? null : new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(certificate, options.CertificateChain, offline: true),
#pragma warning disable CA5398 // What Kafka itself speaks.
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
        ClientCertificateRequired = options.ClientAuthorities is not null,
        CertificateChainPolicy = Policy(options.ClientAuthorities),
        RemoteCertificateValidationCallback = (_, _, _, errors) =>
            errors == SslPolicyErrors.None || options.ClientAuthorities is null && errors == SslPolicyErrors.RemoteCertificateNotAvailable,
    };

    static X509ChainPolicy? Policy(X509Certificate2Collection? authorities)
    {
        if (authorities is null) return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
