using Samsa.Fuzz;

namespace Samsa.Tests.Protocol;

/// <summary>Every message that is declared, and those of the tests, which have what Kafka's do not.</summary>
static class EveryMessage
{
    public static IEnumerable<DeclaredMessage> All => DeclaredMessage.All.Concat(DeclaredMessage.In(typeof(EveryMessage).Assembly));

    /// <summary>All of them in every version, as cases of a test.</summary>
    public static IEnumerable<TestCaseData> InAllVersions => All
        .SelectMany(message => message.Versions
            .Select(version => new TestCaseData(message, version).SetArgDisplayNames($"{message} v{version}")));
}
