using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Samsa.Rx;

/// <summary>Certificates and keys as they lie in PEM files.</summary>
static class CertificateFiles
{
    /// <summary>The authorities that are trusted; null for those of the system.</summary>
    /// <exception cref="TlsException">The file cannot be read, or has no certificate in it.</exception>
    public static X509Certificate2Collection? Authorities(TlsOptions options)
    {
        if (options is { AuthoritiesFile: null, Authorities: null }) return null;
        var all = new X509Certificate2Collection();
        if (options.Authorities is { } given) all.AddRange(given);
        if (options.AuthoritiesFile is { } file) all.AddRange(Certificates(file, "ssl.ca.location"));
        return all;
    }

    /// <summary>What the client shows of itself; null for nothing.</summary>
    /// <exception cref="TlsException">A file cannot be read, the password is wrong, or the key belongs to another certificate.</exception>
    public static SslStreamCertificateContext? Own(TlsOptions options)
    {
        if (options.Certificate is { } given) return Context(given, []);
        if (options.CertificateFile is not { } file)
            return options.KeyFile is null ? null : throw new TlsException("A private key is of no use without its certificate: give both (CertificateFile, ssl.certificate.location).");
        var chain = Certificates(file, "ssl.certificate.location");
        var key = options.KeyFile ?? file;
        return Read(key, "ssl.key.location", () => Context(Usable(options.KeyPassword is { } password
            ? X509Certificate2.CreateFromEncryptedPemFile(file, password, key)
            : X509Certificate2.CreateFromPemFile(file, key)), [.. chain.Skip(1)]));
    }

    static X509Certificate2Collection Certificates(string file, string setting)
    {
        var all = new X509Certificate2Collection();
        Read(file, setting, () =>
        {
            all.ImportFromPemFile(file);
            return all;
        });
        return all.Count > 0 ? all : throw new TlsException($"{file} ({setting}) has no certificate in PEM form in it: it begins with -----BEGIN CERTIFICATE-----.");
    }

    // Offline, so that a connection does not wait for what lies on other servers.
    static SslStreamCertificateContext Context(X509Certificate2 certificate, X509Certificate2Collection between) =>
        SslStreamCertificateContext.Create(certificate, between, offline: true);

    // Windows wants the key in a store of its own, and has it there only when it came as PKCS 12.
    static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows()) return certificate;
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    static T Read<T>(string file, string setting, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new TlsException($"{file} ({setting}) cannot be used: {error.Message.TrimEnd('.')}.", error);
        }
    }
}
