using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Samsa.Cli.Terminal;
using Samsa.ZooKeeper;

namespace Samsa.Cli.Zk;

/// <summary>Nodes as people and programs read them.</summary>
static class ZkText
{
    const int PreviewLength = 72;

    /// <summary>The data in one short line; bytes that are not text are counted.</summary>
    public static string Preview(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return "";
        if (!Utf8.IsValid(data)) return $"({data.Length} bytes)";
        var text = Say.Tame(Encoding.UTF8.GetString(data[..Math.Min(data.Length, 4 * PreviewLength)]).ReplaceLineEndings(" "));
        return text.Length <= PreviewLength ? text : $"{text[..(PreviewLength - 1)]}…";
    }

    /// <summary>What is known of a node, a name and a value a line.</summary>
    public static IEnumerable<(string Name, string Value)> Lines(ZkStat stat) =>
    [
        ("created", $"{Time(stat.Ctime)}, transaction {Hex(stat.Czxid)}"),
        ("written", $"{Time(stat.Mtime)}, transaction {Hex(stat.Mzxid)}"),
        ("children changed", $"transaction {Hex(stat.Pzxid)}"),
        ("version", Number(stat.Version)),
        ("children version", Number(stat.ChildrenVersion)),
        ("acl version", Number(stat.AclVersion)),
        ("owner", stat.EphemeralOwner == 0 ? "none" : $"session {Hex(stat.EphemeralOwner)}"),
        ("bytes", Number(stat.DataLength)),
        ("children", Number(stat.ChildrenCount)),
    ];

    /// <summary>The data: as text, or in base64 under a name that says so.</summary>
    public static void Value(Utf8JsonWriter json, ReadOnlySpan<byte> data)
    {
        if (Utf8.IsValid(data)) json.WriteString("value", data);
        else json.WriteBase64String("valueBase64", data);
    }

    public static void Stat(Utf8JsonWriter json, ZkStat stat)
    {
        json.WriteNumber("version", stat.Version);
        json.WriteNumber("childrenVersion", stat.ChildrenVersion);
        json.WriteNumber("aclVersion", stat.AclVersion);
        json.WriteNumber("created", stat.Ctime);
        json.WriteNumber("written", stat.Mtime);
        json.WriteNumber("czxid", stat.Czxid);
        json.WriteNumber("mzxid", stat.Mzxid);
        json.WriteNumber("pzxid", stat.Pzxid);
        // The number of a session is larger than what many readers of JSON take for a number.
        if (stat.EphemeralOwner == 0) json.WriteNull("owner");
        else json.WriteString("owner", Hex(stat.EphemeralOwner));
        json.WriteNumber("bytes", stat.DataLength);
        json.WriteNumber("children", stat.ChildrenCount);
    }

    public static string Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture);

    public static string Hex(long number) => $"0x{number:x}";

    static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
