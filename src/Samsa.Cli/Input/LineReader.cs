namespace Samsa.Cli.Input;

/// <summary>Lines as bytes, handed on as soon as they are there. A line ends with \n; everything else, a \r too, belongs to it.</summary>
/// <remarks>A line that was taken is valid until the next <see cref="ReadAsync"/>: the buffer is used again.</remarks>
sealed class LineReader(Stream source, string name, int firstBufferBytes = 256 * 1024)
{
    const int LongestLine = 512 * 1024 * 1024;

    byte[] buffer = new byte[firstBufferBytes];
    int start, scanned, end;
    bool ended;

    /// <summary>The number of the line that was taken last, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Where the last line is, for a sentence: <c>line 7 of standard input</c>.</summary>
    public string Place => $"line {LineNumber} of {name}";

    /// <summary>Waits for more. False: there is nothing more.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken ct)
    {
        if (ended) return false;
        MakeRoom();
        // Reading a terminal or a pipe cannot be cancelled, only left alone.
        var read = await source.ReadAsync(buffer.AsMemory(end), CancellationToken.None).AsTask().WaitAsync(ct);
        ended = read is 0;
        end += read;
        return !ended || start < end;
    }

    /// <summary>Takes the next whole line, without its end; at the end of the input also one that has no end.</summary>
    public bool TryTake(out ReadOnlyMemory<byte> line)
    {
        var at = buffer.AsSpan(scanned, end - scanned).IndexOf((byte)'\n');
        if (at < 0 && !(ended && start < end))
        {
            scanned = end;
            line = default;
            return false;
        }

        var lineEnd = at < 0 ? end : scanned + at;
        line = buffer.AsMemory(start, lineEnd - start);
        start = scanned = Math.Min(lineEnd + 1, end);
        LineNumber++;
        return true;
    }

    void MakeRoom()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, scanned, end) = (0, scanned - start, end - start);
        }

        if (end < buffer.Length) return;
        if (buffer.Length >= LongestLine) throw new WorkFailedException($"Line {LineNumber + 1} of {name} is longer than {LongestLine / (1024 * 1024)} MiB; is it a text file?");
        Array.Resize(ref buffer, buffer.Length * 2);
    }
}
