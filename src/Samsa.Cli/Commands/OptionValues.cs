using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Samsa.Cli.Commands;

/// <summary>Options whose value is more than a word: each says what it expected when it meets something else.</summary>
static class OptionValues
{
    public static Option<T> Parsed<T>(string name, string description, string helpName, Func<string, T> parse, params string[] aliases) =>
        new(name, aliases)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result => Try(name, result.Tokens[^1].Value, result, parse)!,
        };

    public static Option<T[]> Many<T>(string name, string description, string helpName, Func<string, T> parse, params string[] aliases) =>
        new(name, aliases)
        {
            Description = description,
            HelpName = helpName,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
            CustomParser = result => [.. result.Tokens.Select(token => Try(name, token.Value, result, parse)!)],
        };

    /// <summary>A whole number within bounds.</summary>
    public static Option<int?> Number(string name, string description, int least, int most = int.MaxValue) =>
        Parsed<int?>(name, description, "N", text =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw new FormatException(most is int.MaxValue
                    ? $"it is a whole number from {least}"
                    : $"it is a whole number from {least} to {most}"));

    /// <summary>30s, 500ms, 2m, 1h; a number alone counts seconds.</summary>
    public static TimeSpan Duration(string text)
    {
        var digits = text.TrimEnd([.. "abcdefghijklmnopqrstuvwxyz"]);
        var seconds = text[digits.Length..] switch
        {
            "ms" => 0.001,
            "" or "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => double.NaN,
        };
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount * seconds is > 0 and < 1e6
            ? TimeSpan.FromSeconds(amount * seconds)
            : throw new FormatException("it is a time such as 500ms, 30s or 2m");
    }

    /// <summary>name=value; only the first = separates.</summary>
    public static KeyValuePair<string, string> Setting(string text) =>
        text.IndexOf('=') is > 0 and var at
            ? new(text[..at].Trim(), text[(at + 1)..].Trim())
            : throw new FormatException("it is name=value");

    static T? Try<T>(string name, string text, ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException wrong)
        {
            result.AddError($"{name} {text}: {wrong.Message}.");
            return default;
        }
    }
}
