namespace Samsa.Cli;

/// <summary>What the tool answers the shell. Scripts rely on these.</summary>
static class ExitCode
{
    public const int Done = 0;

    /// <summary>The work failed, or only part of it was done.</summary>
    public const int Failed = 1;

    public const int WrongUse = 2;

    /// <summary>Ended by Ctrl-C before it was done: 128 + SIGINT.</summary>
    public const int CtrlC = 130;

    /// <summary>Ended by SIGTERM before it was done: 128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
