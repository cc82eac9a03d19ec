using System.Collections;
using System.Globalization;
using Samsa.Fuzz;
using Samsa.Protocol;

namespace Samsa.Tests.Protocol;

/// <summary>What is declared, compared with what Kafka itself declares.</summary>
public sealed class SchemaTests
{
    static readonly string[] Releases = ["3.9.2", "4.3.1"];

    static IEnumerable<TestCaseData> Messages => DeclaredMessage.All.Select(message => new TestCaseData(message).SetArgDisplayNames($"{message}"));

    [SetUp]
    public void Find_the_jars()
    {
        if (KafkaSchema.Jars is null)
            Assert.Ignore("No directory shared/kafka/lib with the jars kafka-clients-3.9.2.jar and -4.3.1.jar beside the repository.");
    }

    [TestCaseSource(nameof(Messages))]
    public void A_message_has_the_versions_that_brokers_speak(object declared)
    {
        var message = (DeclaredMessage)declared;
        var schemas = Releases.Select(release => KafkaSchema.Read(release, message.Api.Name + message.Type.Name)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(schemas.Select(schema => schema.ApiKey), Is.All.EqualTo(message.Api.Key));
            Assert.That(message.Api.MinVersion, Is.EqualTo(Releases.Min(release => VersionsOf(release, message).First)));
            Assert.That(message.Api.MaxVersion, Is.EqualTo(Releases.Max(release => VersionsOf(release, message).Last)));
            Assert.That(schemas.Select(schema => schema.FlexibleVersions.First), Is.All.EqualTo(message.Api.FlexibleSince));
        });
    }

    [TestCaseSource(nameof(Messages))]
    public void A_message_has_the_fields_that_Kafka_gives_it(object declared)
    {
        var message = (DeclaredMessage)declared;
        var compared = 0;
        foreach (var release in Releases)
        {
            var schema = KafkaSchema.Read(release, message.Api.Name + message.Type.Name);
            var (first, last) = VersionsOf(release, message);
            for (var version = first; version <= last; version++, compared++)
                Assert.That(Layout(message.Type, version, ""), Is.EqualTo(schema.Layout(version)), $"{message} v{version} of {release}");
        }

        Assert.That(compared, Is.GreaterThanOrEqualTo(message.Versions.Count()));
    }

    static (short First, short Last) VersionsOf(string release, DeclaredMessage message)
    {
        var request = KafkaSchema.Read(release, $"{message.Api.Name}Request");
        var (first, last) = KafkaSchema.Read(release, message.Api.Name + message.Type.Name).Versions;
        return (first, request.LatestVersionUnstable ? (short)(last - 1) : last);
    }

    static string Layout(Type record, short version, string indent) => string.Concat(DeclaredField.Of(record)
        .Where(field => field.IsIn(version))
        .OrderBy(field => field.Tag ?? -1)
        .Select(field => KafkaSchema.Line(
                indent, field.Name, (field.Item is null ? "" : "[]") + TypeName(field.Value), field.IsNullableIn(version), field.Tag, Default(field, record))
            + (DeclaredField.IsRecord(field.Value) ? Layout(field.Value, version, indent + "  ") : "")));

    static string Default(DeclaredField field, Type record) => field.DefaultOf(record) switch
    {
        null => "null",
        string text => $"\"{text}\"",
        ICollection { Count: 0 } => "empty",
        ReadOnlyMemory<byte> { Length: 0 } => "empty",
        bool yes => yes ? "true" : "false",
        ErrorCode error => $"{(short)error}",
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => "struct",
    };

    static string TypeName(Type type) => type switch
    {
        _ when type == typeof(ReadOnlyMemory<byte>) => "bytes",
        _ when type == typeof(Guid) => "uuid",
        _ when type == typeof(ErrorCode) => "int16",
        _ when DeclaredField.IsRecord(type) => "struct",
        _ => Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "bool",
            TypeCode.SByte => "int8",
            TypeCode.Double => "float64",
            TypeCode.String => "string",
            var code => code.ToString().ToLowerInvariant(),
        },
    };
}
