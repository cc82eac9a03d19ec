using System.Text;
using Samsa.Cli.Terminal;
using Samsa.ZooKeeper;

namespace Samsa.Cli.Zk;

/// <summary>How a node is to be created.</summary>
/// <param name="Mode">How long it lives, and how it is called.</param>
/// <param name="TimeToLive">How long it may be left alone; null for always.</param>
/// <param name="Parents">Whether what is missing above it is created, too.</param>
sealed record ZkWish(ZkCreateMode Mode, TimeSpan? TimeToLive, bool Parents);

/// <summary>Creates, writes and deletes nodes.</summary>
sealed class ZkWriting(ZkPlace place, ZkOutput output)
{
    /// <summary>How many nodes are deleted by one request.</summary>
    const int AtOnce = 200;

    public async Task<int> CreateAsync(string path, byte[] data, ZkWish wish, CancellationToken ct)
    {
        if (wish.Parents) await place.Client.CreateParentsAsync(path, ct);
        var created = wish.TimeToLive is { } time
            ? (await place.Client.CreateWithTtlAsync(path, data, time, wish.Mode == ZkCreateMode.PersistentSequential, ct: ct)).Path
            : await place.Client.CreateAsync(path, data, wish.Mode, ct: ct);
        output.Write(created, json => json.WriteString("path", created));
        return ExitCode.Done;
    }

    public async Task<int> SetAsync(string path, byte[] data, int version, CancellationToken ct)
    {
        var stat = await place.Client.SetAsync(path, data, version, ct);
        if (output.IsJson)
            output.Json(json =>
            {
                json.WriteString("path", path);
                ZkText.Stat(json, stat);
            });
        else Say.Line($"{path} has version {stat.Version} now.");
        return ExitCode.Done;
    }

    public async Task<int> DeleteAsync(string path, int version, bool isRecursive, CancellationToken ct)
    {
        if (path is "/") throw new WrongUseException("The root cannot be deleted.");
        var count = isRecursive ? await DeleteTreeAsync(path, ct) : await DeleteOneAsync(path, version, ct);
        if (output.IsJson)
            output.Json(json =>
            {
                json.WriteString("path", path);
                json.WriteNumber("deleted", count);
            });
        else Say.Line(count is 1 ? $"{path} is deleted." : $"{path} is deleted, {Amount.Counted(count, "node")} in all.");
        return ExitCode.Done;
    }

    /// <summary>The data that a word stands for.</summary>
    public static byte[] Data(string? word) => Encoding.UTF8.GetBytes(word ?? "");

    async Task<int> DeleteOneAsync(string path, int version, CancellationToken ct)
    {
        await place.Client.DeleteAsync(path, version, ct);
        return 1;
    }

    async Task<int> DeleteTreeAsync(string path, CancellationToken ct)
    {
        var count = 0;
        // Somebody may create or delete nodes meanwhile: then it is looked at anew, but not for ever.
        for (var tries = 0; ; tries++)
        {
            var nodes = await new ZkReading(place, output).TreeAsync(path, int.MaxValue, ct);
            if (nodes.Count == 0) return count > 0 ? count : throw ZkPlace.Missing(path);
            try
            {
                // Children first.
                foreach (var some in nodes.Select(one => one.Node.Path).Reverse().Chunk(AtOnce))
                {
                    await place.Client.MultiAsync([.. some.Select(one => new ZkOperation.Delete(one))], ct);
                    count += some.Length;
                }
            }
            catch (ZooKeeperException error) when (error.Error is ZooKeeperError.NoNode or ZooKeeperError.NotEmpty && tries < 10)
            {
                // It is not what it was.
            }
        }
    }
}
