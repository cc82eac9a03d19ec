using System.Text;
using System.Text.Json;
using Samsa.Cli.Output;

namespace Samsa.Cli.Zk;

/// <summary>Where the results of <c>samsa zk</c> go: lines of text, or of JSON.</summary>
sealed class ZkOutput(bool asJson)
{
    readonly WriteBytes write = StandardOutput.Open();
    readonly JsonLines lines = new(StandardOutput.Open());

    public bool IsJson => asJson;

    /// <summary>One line, in the form that is wanted.</summary>
    public void Write(string text, Action<Utf8JsonWriter> json)
    {
        if (asJson) lines.Write(json);
        else Text(text);
    }

    public void Text(string text) => write(Encoding.UTF8.GetBytes(text + "\n"));

    public void Json(Action<Utf8JsonWriter> json) => lines.Write(json);

    public void Bytes(ReadOnlySpan<byte> bytes) => write(bytes);
}
