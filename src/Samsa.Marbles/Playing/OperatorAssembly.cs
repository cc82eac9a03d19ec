using System.Reflection;
using System.Runtime.Loader;

namespace Samsa.Marbles.Playing;

/// <summary>Somebody's assembly with operators, and what it needs that this program has not.</summary>
sealed class OperatorAssembly
{
    readonly string path;

    OperatorAssembly(string path)
    {
        this.path = path;
        Context = new Beside(path);
        Context.LoadFromAssemblyPath(path);
    }

    public AssemblyLoadContext Context { get; }

    /// <summary>What the compiler is to see: the assembly and those beside it.</summary>
    public IEnumerable<string> Files => [path, .. Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "*.dll").Where(IsManaged)];

    public static OperatorAssembly Load(string path) => new(Path.GetFullPath(path));

    static bool IsManaged(string file)
    {
        try
        {
            return AssemblyName.GetAssemblyName(file) is not null;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }

    // What both have is taken from this program: an observable must be the same thing on both sides.
    sealed class Beside(string path) : AssemblyLoadContext("operators")
    {
        readonly AssemblyDependencyResolver resolver = new(path);

        protected override Assembly? Load(AssemblyName name)
        {
            try
            {
                // Without the version: theirs may be somewhat newer.
                return Default.LoadFromAssemblyName(new AssemblyName(name.Name!));
            }
            catch (IOException)
            {
                return resolver.ResolveAssemblyToPath(name) is { } file ? LoadFromAssemblyPath(file) : null;
            }
        }

        protected override nint LoadUnmanagedDll(string name) =>
            resolver.ResolveUnmanagedDllToPath(name) is { } file ? LoadUnmanagedDllFromPath(file) : 0;
    }
}
