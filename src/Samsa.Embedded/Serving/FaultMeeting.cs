using Samsa.Embedded.Answers;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Serving;

/// <summary>A request that met a fault.</summary>
sealed class FaultMeeting(Fault fault, EmbeddedRequest request, Asked asked, WireWriter answer)
{
    IMessage? made;
    bool applied;

    public Fault Fault => fault;

    public EmbeddedRequest Request => request;

    public Asked Asked => asked;

    /// <summary>Takes what is sent.</summary>
    public WireWriter Answer => answer;

    /// <summary>Does what was asked, once; gives the answer, null when none is wanted.</summary>
    public async ValueTask<IMessage?> ApplyAsync()
    {
        if (applied) return made;
        applied = true;
        return made = await asked.ApplyAsync().ConfigureAwait(false);
    }

    /// <summary>An answer with nothing but an error; a fetch that was applied has taken its turn in the session already.</summary>
    public IMessage Refuse(ErrorCode error) =>
        made is Fetch.Response fetched ? FetchAnswer.Failed(fetched, error) : ErrorAnswers.To(asked, error);

    public void Write(IMessage? message)
    {
        if (message is not null) asked.Write(answer, message);
    }
}
