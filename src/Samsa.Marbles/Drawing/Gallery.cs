using System.Text;
using Samsa.Marbles.Syntax;

namespace Samsa.Marbles.Drawing;

/// <summary>The page that shows all pictures, by topic.</summary>
static class Gallery
{
    const string Others = "Others";

    /// <summary>Writes the page.</summary>
    /// <param name="files">The files whose pictures are beside the page.</param>
    /// <param name="sources">The way from the page to the files.</param>
    public static string Write(IReadOnlyCollection<MarbleFile> files, string sources)
    {
        var page = new StringBuilder();
        page.Append($"""
            # Marbles

            Each picture is drawn from a [file]({sources}), and each file is played: what the pictures show is what happens.

            Time goes to the right. A circle is a value, a bar is the end, a cross an error. A blue bar under a lane says when it is
            subscribed to, a violet one when somebody listens to the result. The pictures are drawn by `samsa marbles draw`.


            """);
        var topics = files.GroupBy(file => file.Directives.Topic ?? Others)
            .OrderBy(topic => topic.Key == Others).ThenBy(topic => topic.Key, StringComparer.Ordinal).ToList();
        foreach (var topic in topics)
            page.Append($"* {Link(topic.Key)}: {string.Join(", ", InOrder(topic).Select(file => Link(file.Title)))}\n");
        foreach (var topic in topics)
        {
            page.Append($"\n## {topic.Key}\n");
            foreach (var file in InOrder(topic))
            {
                page.Append($"\n### {file.Title}\n\n");
                if (file.Prose.Length > 0) page.Append(file.Prose).Append("\n\n");
                page.Append($"![{file.Title}]({file.Name}.svg)\n\n[{file.Name}.marble]({sources.TrimEnd('/')}/{file.Name}.marble)\n");
            }
        }

        return page.ToString();
    }

    static IOrderedEnumerable<MarbleFile> InOrder(IEnumerable<MarbleFile> files) => files.OrderBy(file => file.Name, StringComparer.Ordinal);

    static string Link(string heading) => $"[{heading}](#{Anchor(heading)})";

    static string Anchor(string heading) =>
        string.Concat(heading.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');
}
