using System.Text;

namespace Samsa.Cli.Zk;

/// <summary>A line as the words that it has: separated by blanks, unless they stand in quotes; a backslash takes the next character as it is.</summary>
static class ShellWords
{
    /// <exception cref="WrongUseException">A quote is not closed.</exception>
    public static string[] Of(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (any, quote) = (false, '\0');
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c is '\\' && quote is not '\'' && i + 1 < line.Length)
            {
                word.Append(line[++i]);
                any = true;
            }
            else if (quote is not '\0' && c == quote) quote = '\0';
            else if (quote is '\0' && c is '"' or '\'' && quote is '\0') (quote, any) = (c, true);
            else if (quote is '\0' && char.IsWhiteSpace(c)) End();
            else
            {
                word.Append(c);
                any = true;
            }
        }

        if (quote is not '\0') throw new WrongUseException($"A {quote} is not closed.");
        End();
        return [.. words];

        void End()
        {
            if (any) words.Add(word.ToString());
            word.Clear();
            any = false;
        }
    }
}
