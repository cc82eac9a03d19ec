namespace Samsa.Cli.Terminal;

/// <summary>Sentences for people, on standard error. A closed standard error is nobody listening, not a failure.</summary>
static class Say
{
    /// <summary>What others wrote, so that it can neither move the cursor nor change colours.</summary>
    public static string Tame(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '·' : c)) : text;

    public static void Line(string text)
    {
        try
        {
            Console.Error.WriteLine(text);
        }
        catch (IOException)
        {
        }
    }
}
