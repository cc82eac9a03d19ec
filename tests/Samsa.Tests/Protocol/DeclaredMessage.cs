using System.Reflection;
using Samsa.Protocol;
using Samsa.Wire;

namespace Samsa.Tests.Protocol;

/// <summary>A request or response, found by reflection.</summary>
sealed record DeclaredMessage(Type Type, ApiDescription Api)
{
    delegate object Reading(ref WireReader reader, short version);

    readonly Reading reading = typeof(DeclaredMessage).GetMethod(nameof(ReadAs), BindingFlags.NonPublic | BindingFlags.Static)!
        .MakeGenericMethod(Type).CreateDelegate<Reading>();

    /// <summary>Every message that is declared.</summary>
    public static IReadOnlyList<DeclaredMessage> All { get; } = In(typeof(ErrorCode).Assembly);

    /// <summary>The same, and messages of the tests that have what Kafka's do not.</summary>
    public static IEnumerable<DeclaredMessage> AllWithOurs => All.Concat(In(typeof(DeclaredMessage).Assembly));

    /// <summary>All of them in every version, as cases of a test.</summary>
    public static IEnumerable<TestCaseData> InAllVersions => AllWithOurs
        .SelectMany(message => message.Versions
            .Select(version => new TestCaseData(message, version).SetArgDisplayNames($"{message} v{version}")));

    static List<DeclaredMessage> In(Assembly assembly) => assembly.GetTypes()
        .Where(type => type.GetCustomAttribute<ApiAttribute>() is not null)
        .OrderBy(type => type.GetCustomAttribute<ApiAttribute>()!.Key)
        .SelectMany(api => new[] { "Request", "Response" }.Select(name => new DeclaredMessage(
            api.GetNestedType(name)!, (ApiDescription)api.GetProperty("Api")!.GetValue(null)!)))
        .ToList();

    public IEnumerable<short> Versions => Enumerable.Range(Api.MinVersion, Api.MaxVersion - Api.MinVersion + 1).Select(v => (short)v);

    public override string ToString() => $"{Api.Name}.{Type.Name}";

    public object Read(ReadOnlyMemory<byte> bytes, short version)
    {
        var reader = new WireReader(bytes);
        var message = reading(ref reader, version);
        reader.ExpectEnd();
        return message;
    }

    public static byte[] Write(object message, short version)
    {
        var writer = new WireWriter();
        ((IMessage)message).Write(writer, version);
        return writer.ToArray();
    }

    static object ReadAs<T>(ref WireReader reader, short version)
        where T : IMessage<T> => T.Read(ref reader, version);
}
