using System.CommandLine;

namespace Samsa.Cli.Commands;

/// <summary>An option that takes one of a few words: offered to shell completion, named in the help, and in the answer to a wrong one.</summary>
static class Choice
{
    public static Option<T?> Of<T>(string name, string description, params (string Word, T Meaning)[] choices) where T : struct
    {
        var words = string.Join('|', choices.Select(choice => choice.Word));
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = words,
            CustomParser = result =>
            {
                var word = result.Tokens[0].Value;
                foreach (var choice in choices)
                    if (choice.Word.Equals(word, StringComparison.OrdinalIgnoreCase)) return choice.Meaning;
                result.AddError($"{name} {word}: it can be {Listed([.. choices.Select(choice => choice.Word)])}.");
                return null;
            },
        };
        option.CompletionSources.Add(_ => choices.Select(choice => new System.CommandLine.Completions.CompletionItem(choice.Word)));
        return option;
    }

    /// <summary>The same, where the word itself is the meaning.</summary>
    public static Option<string?> Of(string name, string description, params string[] words)
    {
        var option = new Option<string?>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            CustomParser = result =>
            {
                var word = Array.Find(words, word => word.Equals(result.Tokens[0].Value, StringComparison.OrdinalIgnoreCase));
                if (word is null) result.AddError($"{name} {result.Tokens[0].Value}: it can be {Listed(words)}.");
                return word;
            },
        };
        option.CompletionSources.Add(words);
        return option;
    }

    static string Listed(string[] words) => words is [var only] ? only : $"{string.Join(", ", words[..^1])} or {words[^1]}";
}
