using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Samsa.Tests.House;

namespace Samsa.Tests.Notebooks;

/// <summary>
/// Runs the cells of one notebook, one after the other: each is a C# script that sees what those before it declared. What a notebook refers to as packages are the
/// assemblies that were built with the tests.
/// </summary>
sealed class NotebookKernel(string notebook) : IAsyncDisposable
{
    const int MostCells = 100;

    static readonly CSharpParseOptions Script = new(LanguageVersion.Preview, kind: SourceCodeKind.Script);

    static readonly CSharpCompilationOptions Options = new(
        OutputKind.DynamicallyLinkedLibrary,
        // What C# notebooks need not say.
        usings: ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Text", "System.Threading.Tasks"]);

    readonly AssemblyLoadContext home = new(notebook, isCollectible: true);
    readonly NotebookScreen screen = new();

    // The screen first, and then what each cell declared: the way in which the compiler lets scripts find each other.
    readonly object?[] scripts = new object?[1 + MostCells];
    CSharpCompilation? previous;
    int count;

    /// <summary>How long a cell may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Runs the next cell.</summary>
    /// <returns>What it showed.</returns>
    /// <exception cref="CellException">It is no C#, it threw, or it did not end.</exception>
    public async Task<IReadOnlyList<CellOutput>> RunAsync(string source)
    {
        var place = $"{notebook}, code cell {++count}";
        var run = Load(Compile(CellDirectives.Blank(source, place), place));
        scripts[0] = screen;
        var console = Console.Out;
        Console.SetOut(screen.Console);
        try
        {
            screen.End(await Task.Run(() => run(scripts)).WaitAsync(Patience));
            return screen.Take();
        }
        catch (Exception error)
        {
            throw new CellException($"{place}: {error}", error);
        }
        finally
        {
            Console.SetOut(console);
        }
    }

    /// <summary>Stops what a notebook left running, which it does when one of its cells fails.</summary>
    public async ValueTask DisposeAsync()
    {
        var left =
            from script in scripts.Skip(1).Reverse().OfType<object>()
            from field in script.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            select field.GetValue(script);
        foreach (var one in left)
            if (one is IAsyncDisposable later) await later.DisposeAsync();
            else if (one is IDisposable now) now.Dispose();
        home.Unload();
    }

    CSharpCompilation Compile(string code, string place)
    {
        var tree = CSharpSyntaxTree.ParseText(SourceText.From(code, Encoding.UTF8), Script, place);
        return CSharpCompilation.CreateScriptCompilation(
            $"Cell{count}", tree, References.Built, Options, previous, returnType: typeof(object), globalsType: typeof(NotebookScreen));
    }

    Func<object?[], Task<object?>> Load(CSharpCompilation cell)
    {
        using var assembly = new MemoryStream();
        using var symbols = new MemoryStream();
        var emitted = cell.Emit(assembly, symbols);
        var errors = emitted.Diagnostics.Where(one => one.Severity is DiagnosticSeverity.Error).ToList();
        if (errors.Count > 0) throw new CellException(string.Join('\n', errors));
        previous = cell;
        // A cell that only says what is used holds nothing to run.
        if (!emitted.Success) return _ => Task.FromResult<object?>(null);
        assembly.Position = symbols.Position = 0;
        var entry = cell.GetEntryPoint(default)!;
        return home.LoadFromStream(assembly, symbols).GetType(entry.ContainingType.MetadataName, throwOnError: true)!
            .GetMethod(entry.MetadataName, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .CreateDelegate<Func<object?[], Task<object?>>>();
    }
}

/// <summary>A cell did not run to its end.</summary>
sealed class CellException(string message, Exception? why = null) : Exception(message, why);
