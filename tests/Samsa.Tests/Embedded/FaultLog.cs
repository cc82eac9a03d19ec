using Microsoft.Extensions.Logging;

namespace Samsa.Tests.Embedded;

/// <summary>Keeps what a broker logs as its own fault.</summary>
sealed class FaultLog : ILogger
{
    readonly List<string> faults = [];

    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (faults) return [.. faults];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        lock (faults) faults.Add($"{formatter(state, exception)} {exception}");
    }
}
