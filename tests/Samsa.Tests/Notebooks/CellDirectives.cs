using System.Text.RegularExpressions;
using Samsa.Tests.House;

namespace Samsa.Tests.Notebooks;

/// <summary>Lines of a cell that say something to whoever runs it and are no C#: packages (<c>#r</c>), where they are (<c>#i</c>), commands (<c>#!</c>).</summary>
static class CellDirectives
{
    /// <summary>The cell without them. All other lines keep their numbers.</summary>
    /// <exception cref="CellException">It wants a package that is not built here.</exception>
    public static string Blank(string source, string place) =>
        Regex.Replace(source, """^#(!|i\b|r +"nuget: *(?<package>[\w.]+)).*$""", line =>
        {
            var package = line.Groups["package"].Value;
            if (package.Length > 0 && !References.IsBuilt(package))
                throw new CellException($"{place} wants the package {package}; the tests run notebooks with what was built with them, and that is not among it.");
            return "";
        }, RegexOptions.Multiline);
}
