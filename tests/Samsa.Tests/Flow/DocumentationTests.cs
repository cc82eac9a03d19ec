using System.Reflection;
using System.Xml.Linq;
using System.Xml.XPath;
using Samsa.Flow;
using Samsa.Rx;

namespace Samsa.Tests.Flow;

/// <summary>Each operator says the same five things about itself, in the same order.</summary>
public class DocumentationTests
{
    static readonly string[] Said = ["Temperature: ", "Scheduler: ", "Buffer: ", "Acknowledgement: ", "Marble: "];

    static IEnumerable<TestCaseData> Operators =>
        from home in new[] { typeof(FlowObservable), typeof(KafkaObservable) }
        from name in home.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(method => method.Name).Distinct()
        select new TestCaseData(home, name).SetArgDisplayNames($"{home.Name}.{name}");

    [TestCaseSource(nameof(Operators))]
    public void An_operator_tells_its_temperature_scheduler_buffer_acknowledgement_and_marble(Type home, string name)
    {
        var documentation = XDocument.Load(Path.ChangeExtension(home.Assembly.Location, ".xml"));
        var remarks = documentation.XPathSelectElements("/doc/members/member")
            .Where(member => member.Attribute("name")!.Value.Split('`', '(')[0] == $"M:{home.FullName}.{name}")
            .Select(member => member.Element("remarks") ?? InheritedBy(member)).OfType<XElement>().ToList();
        Assert.That(remarks, Is.Not.Empty);
        foreach (var remark in remarks)
        {
            var said = remark.Elements("para").Select(para => Said.FirstOrDefault(para.Value.TrimStart().StartsWith)).OfType<string>();
            Assert.That(said, Is.EqualTo(Said));
        }

        // The compiler copies nothing: what is inherited stands under the name that it is inherited from.
        XElement? InheritedBy(XElement member)
        {
            var from = member.Element("inheritdoc")?.Attribute("cref")?.Value;
            return documentation.XPathSelectElements("/doc/members/member")
                .FirstOrDefault(other => other.Attribute("name")!.Value == from)?.Element("remarks");
        }
    }
}
