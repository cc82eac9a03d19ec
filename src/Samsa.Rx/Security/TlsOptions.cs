using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Samsa.Rx;

/// <summary>How connections are made secret, and how both ends prove who they are. TLS 1.2 or 1.3 is spoken, whichever is newer at the broker.</summary>
/// <remarks>
/// The certificate of a broker must name the host that is connected to: the one that was given to begin with, or the one the cluster names for
/// the broker. That cannot be switched off, and neither can the check of who signed it; a cluster with certificates of its own is trusted by giving the
/// certificate of its authority. Files are read once, when the client starts.
/// </remarks>
public sealed partial record TlsOptions
{
    /// <summary>A PEM file with the certificates of the authorities that brokers' certificates may come from. librdkafka: ssl.ca.location.</summary>
    public string? AuthoritiesFile { get; init; }

    /// <summary>The same as objects; both are trusted when both are given. Neither: the authorities the system trusts.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>
    /// A PEM file with the certificate that this client shows to brokers that ask for one, and behind it those between it and the authority.
    /// librdkafka: ssl.certificate.location.
    /// </summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with the private key of <see cref="CertificateFile"/>; null when the key is in that file, too. librdkafka: ssl.key.location.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The password of the private key; null when it has none. It is shown nowhere. Java and librdkafka: ssl.key.password.</summary>
    public string? KeyPassword { get; init; }

    /// <summary>The certificate of this client as an object, with its private key, instead of <see cref="CertificateFile"/>.</summary>
    public X509Certificate2? Certificate
    {
        get;
        init => field = value is null || value.HasPrivateKey ? value
            : throw new ArgumentException("Certificate has no private key, and without it nobody can prove that it is his.", nameof(Certificate));
    }

    /// <summary>
    /// Whether it is asked if a certificate was revoked. No is the default, as with Kafka's other clients: the authorities of clusters seldom tell,
    /// and asking them is a request to another server in the middle of each first connection.
    /// </summary>
    public X509RevocationMode Revocation { get; init => field = Option.Known(value); } = X509RevocationMode.NoCheck;

    /// <summary>The same as <see cref="SslStream"/> takes it, for <see cref="Samsa.ZooKeeper.ZooKeeperOptions.Tls"/>. The files are read now.</summary>
    /// <returns>Options without the name of the server, which whoever connects fills in.</returns>
    /// <exception cref="TlsException">A file cannot be used; the message says which and why.</exception>
    public SslClientAuthenticationOptions ToClientOptions() => new Tls(this).Wishes(host: null);

    // The one place a record writes its members: without the password, and with names instead of whole certificates.
    bool PrintMembers(StringBuilder text)
    {
        text.Append($"{nameof(AuthoritiesFile)} = {AuthoritiesFile}, {nameof(Authorities)} = {Authorities?.Count ?? 0}, ");
        text.Append($"{nameof(CertificateFile)} = {CertificateFile}, {nameof(KeyFile)} = {KeyFile}, ");
        text.Append($"{nameof(KeyPassword)} = {(KeyPassword is null ? "" : "[hidden]")}, ");
        text.Append($"{nameof(Certificate)} = {Certificate?.Subject}, {nameof(Revocation)} = {Revocation}");
        return true;
    }
}
