using System.Diagnostics;
using System.Globalization;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Samsa.Tests.House;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

/// <summary>What Kafka's own code wrote is read, and what is written here Kafka's own code finds valid.</summary>
[TestFixture]
public sealed class StrangerTests
{
    const string Text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    // Made by MemoryRecordsBuilder of Kafka 3.9.2, from offset 100 on.
    [TestCase(0, CompressionCodec.None, "AAAAAAAAAGQAAAA5/4qLHAAAAAAAA2tleQAAAChhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhAAAAAAAAAGUAAAAOeVdI4AAA/////wAAAAAAAAAAAAAAZgAAAA49MUiVAAAAAAAA/////w==")]
    [TestCase(0, CompressionCodec.Gzip, "AAAAAAAAAGYAAABVM3qfpgAB/////wAAAEcfiwgAAAAAAAD/Y2AAgxQgtvzf1S0D5jFnp1YCKY1EIgHEDIZUIOarDPd4wMDwHwgYECANJGNr6DEVwgXJAgAtJR3ceQAAAA==")]
    [TestCase(0, CompressionCodec.Snappy, "AAAAAAAAAGYAAABrjYjUSgAC/////wAAAF2CU05BUFBZAAAAAAEAAAABAAAASXkAAAkBIGQAAAA5/4qLHAUPIANrZXkAAAAoYZoBAAAACQE4ZQAAAA55V0jgAAD/////CRUFAQBmARo0PTFIlQAAAAAAAP////8=")]
    [TestCase(0, CompressionCodec.Lz4, "AAAAAAAAAGYAAABox3UROQAD/////wAAAFoEIk0YYEAaSwAAABIAAQCRZAAAADn/ioscDwCfA2tleQAAAChhAQAUATUA8AIAAGUAAAAOeVdI4AAA/////xMAAwIAEGYaAOA9MUiVAAAAAAAA/////wAAAAA=")]
    [TestCase(1, CompressionCodec.None, "AAAAAAAAAGQAAABBSWDDpQEAAAAAAAAAA+gAAAADa2V5AAAAKGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWEAAAAAAAAAZQAAABYlZniSAQAAAAAAAAAD3v////8AAAAAAAAAAAAAAGYAAAAWBcUJUAEAAAAAAAAAA/IAAAAA/////w==")]
    [TestCase(1, CompressionCodec.Gzip, "AAAAAAAAAGYAAABiTR/KSQEBAAAAAAAAA/L/////AAAATB+LCAAAAAAAAP9jYIADR8+Ew0sZoRzmFyAiO7USSGkkEgmgekFmiKmmVUyCG3bvPxAgbGJgAqlgPcoZAFfxCUSCVAEAAIHclpEAAAA=")]
    [TestCase(1, CompressionCodec.Snappy, "AAAAAAAAAGYAAAB9CNhUJQECAAAAAAAAA/L/////AAAAZ4JTTkFQUFkAAAAAAQAAAAEAAABTkQEAABkBFEFJYMOlAQ0QNAPoAAAAA2tleQAAAChhmgEAAAAJASABAAAAFiVmeJIBCQEBFAPe/////wEKDQEAAgEiDAXFCVAVIiDyAAAAAP////8=")]
    [TestCase(1, CompressionCodec.Lz4, "AAAAAAAAAGYAAAB3OJzD0wEDAAAAAAAAA/L/////AAAAYQQiTRhgQIJSAAAAFgABAGNBSWDDpQEQAO8D6AAAAANrZXkAAAAoYQEAFAM8AABEAFAWJWZ4kgkAAAIAYAPe/////woAAwIAlQIAAAAWBcUJUCIAkPIAAAAA/////wAAAAA=")]
    [TestCase(2, CompressionCodec.None, "AAAAAAAAAGQAAAB4AAAAAwLzaGsQAAAAAAACAAAAAAAAA+gAAAAAAAAD8gAAAAAAAAAHAAEAAAAKAAAAA3AAAAAGa2V5UGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWEEAmgCeAJuAQwAEwIBAAAMABQEAAEA")]
    [TestCase(2, CompressionCodec.Gzip, "AAAAAAAAAGQAAABnAAAAAwICt6v/AAEAAAACAAAAAAAAA+gAAAAAAAAD8gAAAAAAAAAHAAEAAAAKAAAAAx+LCAAAAAAAAP8rYGBgYMtOrQxIJBKwMGUwVTDlMfIwCDMxMjDwMIiwMDAyAACaWNtoRwAAAA==")]
    [TestCase(2, CompressionCodec.Snappy, "AAAAAAAAAGQAAABrAAAAAwKCbaI5AAIAAAACAAAAAAAAA+gAAAAAAAAD8gAAAAAAAAAHAAEAAAAKAAAAA4JTTkFQUFkAAAAAAQAAAAEAAAAmRyRwAAAABmtleVBhmgEAVAQCaAJ4Am4BDAATAgEAAAwAFAQAAQA=")]
    [TestCase(2, CompressionCodec.Lz4, "AAAAAAAAAGQAAABmAAAAAwIrbflZAAMAAAACAAAAAAAAA+gAAAAAAAAD8gAAAAAAAAAHAAEAAAAKAAAAAwQiTRhgQIImAAAAr3AAAAAGa2V5UGEBABTwBwQCaAJ4Am4BDAATAgEAAAwAFAQAAQAAAAAA")]
    [TestCase(2, CompressionCodec.Zstd, "AAAAAAAAAGQAAABkAAAAAwKecCRhAAQAAAACAAAAAAAAA+gAAAAAAAAD8gAAAAAAAAAHAAEAAAAKAAAAAyi1L/0AWDwBAAQCcAAAAAZrZXlQYQQCaAJ4Am4BDAATAgEAAAwAFAQAAQABAEqABAEAAA==")]
    public void What_Kafka_3_9_writes_is_read(byte magic, CompressionCodec codec, string base64)
    {
        var bytes = Convert.FromBase64String(base64);
        var (first, second, third) = magic == 0 ? (-1, -1, -1) : (1000, 990, 1010);
        var headers = magic == 2 ? " h:x n:~" : "";
        Assert.That(Seen.Records(bytes), Is.EqualTo(new[] { $"100@{first} key={Text}{headers}", $"101@{second} ~=", $"102@{third} =~" }));
        Assert.That(Seen.Batches(bytes).Select(batch => (batch.Magic, batch.Codec, batch.Count, batch.NextOffset, batch.MaxTimestamp)),
            Is.EqualTo(new[] { (magic, codec, 3, 103L, magic == 0 ? -1L : 1010) }));
    }

    [Test]
    public void What_Kafka_0_9_writes_with_lz4_is_read()
    {
        // Made by MemoryRecords of Kafka 0.9.0.1: the checksum in the header of the frame is the wrong one of KIP-57.
        const string base64 = "AAAAAAAAAAIAAABkSlJt5AAD/////wAAAFYEIk0YYEAaRwAAABYAAQBROf+KixwPAJ8Da2V5AAAAKGEBABQBNQDwAgAAAQAAAA55V0jgAAD/////EwADAgAQAhoA4D0xSJUAAAAAAAD/////AAAAAA==";
        Assert.That(Seen.Records(Convert.FromBase64String(base64)), Is.EqualTo(new[] { $"0@-1 key={Text}", "1@-1 ~=", "2@-1 =~" }));
    }

    [Test, CancelAfter(180_000)]
    public async Task Kafkas_own_tool_finds_every_codec_of_every_format_valid()
    {
        var cluster = Path.Combine(Repository.Root.FullName, "..", "shared", "kafka", "cluster");
        if (!File.Exists(cluster)) Assert.Ignore($"There is no Kafka at {cluster}.");
        var folder = Directory.CreateTempSubdirectory("samsa-segment");
        try
        {
            var segment = Path.Combine(folder.FullName, "00000000000000000000.log");
            var batches = AllFormats();
            await File.WriteAllBytesAsync(segment, Concat([.. batches]));
            var output = await Run(cluster, "tool", "3.9.2", "DumpLogSegments", "--deep-iteration", "--print-data-log", "--files", segment);
            var lines = output.Split('\n');
            Assert.Multiple(() =>
            {
                Assert.That(lines.Count(line => line.Contains("isvalid: true")), Is.EqualTo(batches.Count + 2), "two batches are bare messages, each told by itself");
                Assert.That(output, Does.Not.Contain("isvalid: false"));
                for (var offset = 0; offset < batches.Count * 2; offset++)
                {
                    Assert.That(lines.Count(line => line.Contains($"offset: {offset} ", StringComparison.OrdinalIgnoreCase) && line.EndsWith($"payload: value {offset}", StringComparison.Ordinal)),
                        Is.EqualTo(1), $"offset {offset}");
                }
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Two records in each format with each codec that goes with it, one behind the other in one log.</summary>
    static List<byte[]> AllFormats()
    {
        var batches = new List<byte[]>();
        for (byte magic = 0; magic <= 2; magic++)
        {
            foreach (var codec in CompressionCodecs.Default.All.Prepend(null))
            {
                if (magic < 2 && codec?.Id == CompressionCodec.Zstd) continue;
                using var writer = new RecordBatchWriter(1 << 20, magic);
                for (var i = 0; i < 2; i++)
                    writer.TryAppend(1000 + i, "key"u8, false, Utf8(string.Create(CultureInfo.InvariantCulture, $"value {batches.Count * 2 + i}")), false);
                batches.Add(RecordConversion.AssignOffsets(writer.Finish(codec).ToArray(), magic, firstOffset: batches.Count * 2).Bytes.ToArray());
            }
        }

        return batches;
    }

    static async Task<string> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.CurrentContext.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.CurrentContext.CancellationToken);
        await process.WaitForExitAsync(TestContext.CurrentContext.CancellationToken);
        Assert.That(process.ExitCode, Is.Zero, await errors);
        return output;
    }
}
