using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Samsa.Tests.Connections;

/// <summary>An authority that signs certificates, for as long as a test lasts.</summary>
sealed class Authority : IDisposable
{
    readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly List<X509Certificate2> issued = [];

    public Authority(string name)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        Certificate = request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
    }

    /// <summary>Its own certificate.</summary>
    public X509Certificate2 Certificate { get; }

    public X509Certificate2Collection AsCollection => [Certificate];

    static DateTimeOffset Now { get; } = DateTimeOffset.UtcNow;

    /// <summary>A certificate for a host, which is good for some days around now unless it is said otherwise.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="fromDay">From when it is good, in days from now.</param>
    /// <param name="toDay">Until when.</param>
    /// <param name="asName">Whether an address stands where names do.</param>
    public X509Certificate2 Issue(string host, int fromDay = -2, int toDay = 2, bool asName = false)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=somebody", own, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (!asName && IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], critical: false));
        using var bare = request.Create(Certificate, Now.AddDays(fromDay), Now.AddDays(toDay), RandomNumberGenerator.GetBytes(8));
        using var whole = bare.CopyWithPrivateKey(own);
        // Windows uses a key in TLS only when it came as PKCS 12.
        var usable = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
        issued.Add(usable);
        return usable;
    }

    public void Dispose()
    {
        foreach (var certificate in issued) certificate.Dispose();
        Certificate.Dispose();
        key.Dispose();
    }
}

/// <summary>Files that are gone after the test.</summary>
sealed class PemFolder : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("samsa-pem-");

    public string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
