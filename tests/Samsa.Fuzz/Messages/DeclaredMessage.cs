using System.Reflection;
using Samsa.Protocol;
using Samsa.Wire;

namespace Samsa.Fuzz;

/// <summary>A request or response, found by reflection.</summary>
sealed record DeclaredMessage(Type Type, ApiDescription Api)
{
    delegate object Reading(ref WireReader reader, short version);

    readonly Reading reading = typeof(DeclaredMessage).GetMethod(nameof(ReadAs), BindingFlags.NonPublic | BindingFlags.Static)!
        .MakeGenericMethod(Type).CreateDelegate<Reading>();

    /// <summary>Every message that is declared.</summary>
    public static IReadOnlyList<DeclaredMessage> All { get; } = In(typeof(ErrorCode).Assembly);

    /// <summary>The messages that an assembly declares, in the order of their keys.</summary>
    public static IReadOnlyList<DeclaredMessage> In(Assembly assembly) => assembly.GetTypes()
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
