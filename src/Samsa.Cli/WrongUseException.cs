namespace Samsa.Cli;

/// <summary>The command line asks for something that cannot be: exit code 2 and the message, which says what to type instead.</summary>
sealed class WrongUseException(string message) : Exception(message);

/// <summary>The work failed for a reason that is explained in full by the message: exit code 1.</summary>
sealed class WorkFailedException(string message) : Exception(message);
