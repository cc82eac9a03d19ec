using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Samsa.Marbles.Syntax;

namespace Samsa.Marbles.Playing;

/// <summary>Marble files whose operator lines are compiled: all in one compilation, as starting the compiler is what takes long.</summary>
sealed class MarbleSuite
{
    readonly Dictionary<MarbleFile, Action<MarblePlay>> ready = [];
    readonly Dictionary<MarbleFile, string> broken = [];

    MarbleSuite()
    {
    }

    /// <summary>Compiles. A file whose code has errors does not keep the others from being played.</summary>
    /// <param name="files">The files.</param>
    /// <param name="operators">Where their operators are, besides what this program itself refers to.</param>
    public static MarbleSuite Compile(IReadOnlyCollection<MarbleFile> files, OperatorAssembly? operators = null)
    {
        var suite = new MarbleSuite();
        var trees = files.Select((file, number) => (file, number)).ToDictionary(
            one => CSharpSyntaxTree.ParseText(MarbleSource.Of(one.file, NameOf(one.number)), Language, path: $"{one.number}.cs"), one => one);

        while (trees.Count > 0)
        {
            var compilation = CSharpCompilation.Create($"{MarbleSource.Namespace}.{Guid.NewGuid():N}", trees.Keys, References(operators), Options);
            using var image = new MemoryStream();
            var errors = compilation.Emit(image).Diagnostics
                .Where(diagnostic => diagnostic.Severity is DiagnosticSeverity.Error).ToLookup(diagnostic => diagnostic.Location.SourceTree);
            if (errors.Count == 0)
            {
                suite.Load(image, trees.Values, operators);
                break;
            }

            if (errors[null].FirstOrDefault() is { } general) throw new InvalidOperationException(general.ToString());
            foreach (var mistaken in errors.Where(of => of.Key is not null))
            {
                suite.broken[trees[mistaken.Key!].file] = string.Join('\n', mistaken.Select(Sentence).Distinct());
                trees.Remove(mistaken.Key!);
            }
        }

        return suite;
    }

    /// <summary>Plays a file and compares.</summary>
    public MarbleReport Play(MarbleFile file)
    {
        if (file.Directives.Skip is { } reason) return new(file, null, reason);
        if (broken.TryGetValue(file, out var errors)) return new(file, errors, null);

        var play = new MarblePlay(file);
        var thrown = Run(file, play);
        try
        {
            var comparison = new Comparison(file, play);
            if (thrown is null) return new(file, comparison.Differs ? comparison.Report() : null, null);
            return new(file, $"{file.Operation.Place}: {thrown.GetType().Name}: {thrown.Message}\n{comparison.Report()}\n{thrown.StackTrace}", null);
        }
        catch (FormatException unreadable)
        {
            return new(file, $"{file.Outputs[0].Place}: {thrown?.Message ?? unreadable.Message}", null);
        }
    }

    Exception? Run(MarbleFile file, MarblePlay play)
    {
        // What awaits has to go on in the scheduler's turn, not where a test runner would like it to.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            ready[file](play);
            play.Run();
            return null;
        }
        catch (Exception thrown)
        {
            return thrown;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    void Load(MemoryStream image, IEnumerable<(MarbleFile File, int Number)> files, OperatorAssembly? operators)
    {
        image.Position = 0;
        var assembly = (operators?.Context ?? AssemblyLoadContext.Default).LoadFromStream(image);
        foreach (var (file, number) in files)
        {
            var played = assembly.GetType($"{MarbleSource.Namespace}.{NameOf(number)}", throwOnError: true)!;
            ready[file] = played.GetMethod("Set", BindingFlags.Public | BindingFlags.Static)!.CreateDelegate<Action<MarblePlay>>();
        }
    }

    static CSharpParseOptions Language { get; } = new(LanguageVersion.Preview);

    static CSharpCompilationOptions Options { get; } = new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release);

    static IEnumerable<MetadataReference> References(OperatorAssembly? operators) =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Concat(operators?.Files ?? []).Where(File.Exists)
            .DistinctBy(Path.GetFileNameWithoutExtension, StringComparer.OrdinalIgnoreCase)
            .Select(path => MetadataReference.CreateFromFile(path));

    static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"File{number}");

    static string Sentence(Diagnostic diagnostic)
    {
        var span = diagnostic.Location.GetMappedLineSpan();
        var place = new Place(span.Path, span.StartLinePosition.Line + 1, span.StartLinePosition.Character + 1);
        return $"{place}: {diagnostic.Id}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}";
    }
}

/// <summary>How a file's playing went.</summary>
/// <param name="File">The file.</param>
/// <param name="Failure">What differs, or what the compiler says; null if all is as the file says.</param>
/// <param name="Skip">Why it was not played.</param>
sealed record MarbleReport(MarbleFile File, string? Failure, string? Skip);
