using System.Security.Cryptography;

namespace Samsa.Embedded.ZooKeeper;

/// <summary>A session, as the server keeps it.</summary>
sealed class Session(long id)
{
    const int PasswordBytes = 16;

    readonly byte[] password = RandomNumberGenerator.GetBytes(PasswordBytes);

    public long Id { get; } = id;

    public ReadOnlyMemory<byte> Password => password;

    /// <summary>How long it lives without a word of its client.</summary>
    public TimeSpan Timeout { get; set; }

    /// <summary>When its client was heard last, in the timestamps of the clock.</summary>
    public long Heard { get; set; }

    /// <summary>Where its client is; null while it has no connection.</summary>
    public ClientConnection? Connection { get; set; }

    public bool Knows(ReadOnlyMemory<byte>? said) => said is { } bytes && CryptographicOperations.FixedTimeEquals(bytes.Span, password);
}
