using System.Runtime.InteropServices;

namespace Samsa.Cli;

/// <summary>Ctrl-C and SIGTERM: the first asks the work to end, the second ends the process.</summary>
sealed class Interruption : IDisposable
{
    readonly CancellationTokenSource requested = new();
    readonly List<PosixSignalRegistration> registrations = [];
    int exitCode;

    public static Interruption Listen()
    {
        var interruption = new Interruption();
        HearCtrlC();
        interruption.registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, interruption.On));
        interruption.registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, interruption.On));
        return interruption;
    }

    public CancellationToken Token => requested.Token;

    public bool IsRequested => exitCode is not 0;

    /// <summary>130 or 143 once a signal came, 0 before.</summary>
    public int ExitCode => exitCode;

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        requested.Dispose();
    }

    // A shell script that starts `samsa serve &` has it ignore SIGINT, and .NET leaves it at that; `kill -INT` would do nothing.
    static void HearCtrlC()
    {
        const int Sigint = 2;
        if (!OperatingSystem.IsWindows()) _ = Signal(Sigint, nint.Zero);
    }

    void On(PosixSignalContext context)
    {
        context.Cancel = true;
        var code = context.Signal is PosixSignal.SIGINT ? Cli.ExitCode.CtrlC : Cli.ExitCode.Terminated;

        // Somebody who asks twice does not want to wait for what is still under way.
        if (Interlocked.CompareExchange(ref exitCode, code, 0) is not 0) Environment.Exit(code);
        requested.Cancel();
    }

    [DllImport("libc", EntryPoint = "signal", SetLastError = true)]
    static extern nint Signal(int signal, nint handler);
}
