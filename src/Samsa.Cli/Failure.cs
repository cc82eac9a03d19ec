using System.Text.RegularExpressions;
using Samsa.Protocol;
using Samsa.Rx;
using Samsa.ZooKeeper;

namespace Samsa.Cli;

/// <summary>What went wrong and what to do next, as people say it.</summary>
static class Failure
{
    public static string Explain(Exception failure) => failure switch
    {
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        NoBrokersAvailableException { InnerException: TlsException } => Ended(failure.Message),
        NoBrokersAvailableException => $"{Ended(failure.Message)} Check the address, or start a broker with `samsa serve`.",
        BrokerException { Error: ErrorCode.TopicAlreadyExists } => $"{Ended(failure.Message)} `samsa topics describe` shows it.",
        TopicNotFoundException or BrokerException { Error: ErrorCode.UnknownTopicOrPartition } => $"{Ended(failure.Message)} `samsa topics` shows what there is.",
        BrokerException { Error: ErrorCode.InvalidReplicationFactor } => $"{Ended(failure.Message)} There must be at least as many brokers as replicas.",
        RegexMatchTimeoutException => "The pattern took longer than a second on one record; write it without nested repetitions.",
        ZooKeeperException { Error: ZooKeeperError.NoAuth } refused =>
            $"{refused.Asked}: the access list of the node does not allow it. `samsa zk --auth user:password` says who you are.",
        ZooKeeperException { Error: ZooKeeperError.ConnectionLoss, IsOutcomeUnknown: false } => $"{Ended(failure.Message)} Check the address.",
        WorkFailedException or ZooKeeperException or KafkaException or IOException or UnauthorizedAccessException or NotSupportedException => Ended(failure.Message),
        _ => $"{Ended(failure.Message)} ({failure.GetType().Name}; --verbose tells where.)",
    };

    /// <summary>An argument exception's message without the parameter it names.</summary>
    public static string FirstSentence(string message)
    {
        var end = message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return Ended(end < 0 ? message : message[..end]);
    }

    static string Ended(string sentence)
    {
        sentence = sentence.ReplaceLineEndings(" ").Trim();
        return sentence.EndsWith('.') || sentence.EndsWith('?') || sentence.EndsWith('!') ? sentence : sentence + ".";
    }
}
