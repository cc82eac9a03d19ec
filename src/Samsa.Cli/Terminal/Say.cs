namespace Samsa.Cli.Terminal;

/// <summary>Sentences for people, on standard error. A closed standard error is nobody listening, not a failure.</summary>
static class Say
{
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
