using Microsoft.Extensions.Logging;

namespace Samsa.Cli.Terminal;

/// <summary>What the client logs, on standard error: for <c>--verbose</c>.</summary>
sealed class SpokenLogs : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Spoken(categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    sealed class Spoken(string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = $"{TimeProvider.System.GetLocalNow():HH:mm:ss.fff} {logLevel} {category}: {formatter(state, exception)}";
            Say.Line(exception is null ? text : $"{text} ({exception.Message})");
        }
    }
}
