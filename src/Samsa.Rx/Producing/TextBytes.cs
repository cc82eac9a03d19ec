using System.Buffers;
using System.Text;

namespace Samsa.Rx;

/// <summary>A text in UTF-8 for as long as a call lasts, in a rented array.</summary>
readonly struct TextBytes : IDisposable
{
    readonly byte[] rented;

    public TextBytes(string text)
    {
        rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Memory = rented.AsMemory(0, Encoding.UTF8.GetBytes(text, rented));
    }

    public ReadOnlyMemory<byte> Memory { get; }

    public void Dispose() => ArrayPool<byte>.Shared.Return(rented);
}
