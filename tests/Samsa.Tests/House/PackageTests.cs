using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Samsa.Tests.House;

[TestFixture]
public sealed class PackageTests
{
    // Its own version, so that no package cache can answer with an older build.
    readonly string version = $"0.0.1-test.{DateTime.UtcNow:yyyyMMddHHmmss}.{Environment.ProcessId}";
    DirectoryInfo work = null!;
    string packages = null!;
    bool isPacked;

    [OneTimeSetUp]
    public async Task Pack()
    {
        work = Directory.CreateTempSubdirectory("samsa-packages-");
        packages = Path.Combine(work.FullName, "packages");
        // The solution is packed as a whole with outputs of its own, so that tests that run beside this one keep theirs.
        await Dotnet(Repository.Root.FullName, "pack", "Samsa.Rx.sln", "-c", "Release", "-o", packages, $"-p:Version={version}",
            "--artifacts-path", Path.Combine(work.FullName, "artifacts"), "-p:RunAnalyzers=false", "-v", "q");
        isPacked = true;
    }

    [OneTimeTearDown]
    public void Clean() => work.Delete(recursive: true);

    [TestCase("Samsa.Rx", "lib/net10.0/Samsa.Rx.dll")]
    [TestCase("Samsa.Protocol", "lib/net10.0/Samsa.Protocol.dll")]
    [TestCase("Samsa.Wire", "lib/net10.0/Samsa.Wire.dll")]
    [TestCase("Samsa.ZooKeeper", "lib/net10.0/Samsa.ZooKeeper.dll")]
    [TestCase("Samsa.Flow", "lib/net10.0/Samsa.Flow.dll")]
    [TestCase("Samsa.Embedded", "lib/net10.0/Samsa.Embedded.dll")]
    public void A_library_package_has_its_documentation_licence_readme_and_symbols(string id, string library)
    {
        using var package = ZipFile.OpenRead(Path.Combine(packages, $"{id}.{version}.nupkg"));
        using var symbols = ZipFile.OpenRead(Path.Combine(packages, $"{id}.{version}.snupkg"));
        var files = package.Entries.Select(entry => entry.FullName).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(files, Is.SupersetOf(new[] { library, Path.ChangeExtension(library, ".xml"), "README.md", "LICENSE" }));
            Assert.That(symbols.Entries.Select(entry => entry.FullName), Does.Contain(Path.ChangeExtension(library, ".pdb")));
        });
    }

    [Test]
    public async Task The_first_program_of_the_readme_runs_in_a_fresh_project_with_the_packages()
    {
        var project = Directory.CreateDirectory(Path.Combine(work.FullName, "first")).FullName;
        await File.WriteAllTextAsync(Path.Combine(project, "first.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Samsa.Rx" Version="[{version}]" />
                <PackageReference Include="Samsa.Embedded" Version="[{version}]" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(project, "Program.cs"), FirstProgram());

        await Dotnet(project, "restore", $"-p:RestoreAdditionalProjectSources={packages}");
        var printed = await Dotnet(project, "run", "--no-restore");

        Assert.That(printed, Does.Match(@"^\d+@\d+ an error happened\s*$").And.Not.Contain("hello"));
    }

    [Test]
    public async Task The_tool_package_installs_and_runs()
    {
        var tools = Path.Combine(work.FullName, "tools");

        await Dotnet(work.FullName, "tool", "install", "Samsa.Cli", "--version", version, "--tool-path", tools, "--add-source", packages);

        Assert.That(await Run(Path.Combine(tools, "samsa"), work.FullName, "--help"), Does.Contain("consume"));
    }

    static string FirstProgram()
    {
        var readme = File.ReadAllText(Repository.PathOf("README.md"));
        return Regex.Match(readme, @"## First program\s+```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
    }

    Task<string> Dotnet(string folder, params string[] arguments) => Run("dotnet", folder, arguments);

    async Task<string> Run(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        if (isPacked)
        {
            // Packages under test go to a cache of their own; everything else is taken from the usual one.
            start.Environment["NUGET_PACKAGES"] = Path.Combine(work.FullName, "cache");
            start.Environment["NUGET_FALLBACK_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        // A test host hands its own settings on; a fresh shell would not have them.
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.Ordinal) && key != "MSBUILDDISABLENODEREUSE").ToList())
            start.Environment.Remove(name);

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await process.WaitForExitAsync(limit.Token);
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}\n{await output}\n{await errors}");
        return await output;
    }
}
