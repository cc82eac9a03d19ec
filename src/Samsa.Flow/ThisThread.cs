namespace Samsa.Flow;

/// <summary>A number for the thread that asks. That of the runtime takes as long to find as all the rest that is done for a value.</summary>
static class ThisThread
{
    static int given;

    [ThreadStatic]
    static int number;

    public static int Number => number != 0 ? number : number = Interlocked.Increment(ref given);
}
