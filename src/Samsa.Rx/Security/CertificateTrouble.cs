using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Samsa.Rx;

/// <summary>Says what is wrong with a certificate, and what to do about it.</summary>
static class CertificateTrouble
{
    const int MostNames = 8;

    /// <summary>The end of a sentence that begins with "its certificate is refused:"; null when nothing is wrong.</summary>
    public static string? Words(string host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return null;
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) return "it showed none";
        var wrong = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            wrong.Add($"it is for {Names(certificate)}, and not for {host}; connect to a name that it has, or let the brokers advertise one");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            wrong.Add(chain is null ? "it cannot be verified" : string.Join("; ", Chain(certificate, chain).Distinct()));
        return string.Join("; ", wrong);
    }

    static IEnumerable<string> Chain(X509Certificate2 certificate, X509Chain chain)
    {
        foreach (var element in chain.ChainElements)
            foreach (var status in element.ChainElementStatus)
                yield return Word(certificate, element.Certificate, status);
    }

    static string Word(X509Certificate2 shown, X509Certificate2 at, X509ChainStatus status) => status.Status switch
    {
        X509ChainStatusFlags.NotTimeValid =>
            $"{Of(shown, at)} is good from {Day(at.NotBefore)} to {Day(at.NotAfter)} only",
        X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain =>
            $"its authority is not trusted here: {Foreign.Text(at.Issuer)}; give that one's certificate (AuthoritiesFile, or ssl.ca.location)",
        X509ChainStatusFlags.RevocationStatusUnknown or X509ChainStatusFlags.OfflineRevocation =>
            $"nobody could be asked whether {Of(shown, at)} was revoked",
        _ => $"{Of(shown, at)} is wrong: {Foreign.Text(status.StatusInformation.Trim().TrimEnd('.'))} ({status.Status})",
    };

    static string Of(X509Certificate2 shown, X509Certificate2 at) => shown.Equals(at) ? "it" : $"the certificate of {Foreign.Text(at.Subject)}";

    static string Day(DateTime time) => time.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture);

    static string Names(X509Certificate2 certificate)
    {
        List<string> all;
        try
        {
            // An address among the names looks right, and is not what counts.
            all = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()
                .Select(name => IPAddress.TryParse(name, out _) ? $"{name} (as a name)" : name)
                .Concat(names.EnumerateIPAddresses().Select(ip => ip.ToString())))];
        }
        catch (CryptographicException)
        {
            return "names that cannot be read";
        }

        if (all.Count == 0) return Foreign.Text(certificate.Subject);
        return Foreign.Text(string.Join(", ", all.Take(MostNames))) + (all.Count > MostNames ? $" and {all.Count - MostNames} others" : "");
    }
}
