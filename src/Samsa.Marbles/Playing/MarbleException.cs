namespace Samsa.Marbles;

/// <summary>The error that a <c>#</c> in an input lane stands for.</summary>
/// <param name="message">What the file calls it with <c># := text</c>.</param>
public sealed class MarbleException(string message) : Exception(message);
