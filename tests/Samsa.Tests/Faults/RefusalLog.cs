using Microsoft.Extensions.Logging;

namespace Samsa.Tests.Faults;

/// <summary>Keeps why an embedded broker refused requests.</summary>
sealed class RefusalLog : ILogger
{
    readonly List<string> refused = [];

    public IReadOnlyList<string> Refused
    {
        get
        {
            lock (refused) return [.. refused];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = $"{formatter(state, exception)} {exception?.Message}";
        if (!text.Contains("is not spoken", StringComparison.Ordinal) && !text.Contains("is not known here", StringComparison.Ordinal)) return;
        lock (refused) refused.Add(text);
    }
}
